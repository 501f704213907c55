"""A sheet of one-time codes to print and cut apart, each with a QR code, in both languages. Nothing in it comes from elsewhere. Pure."""

from collections.abc import Sequence
from html import escape

from chassis.documents.codes import qr_svg

STYLE = """
@page { size: A4; margin: 12mm }
body { font: 10pt/1.35 sans-serif; margin: 0; color: #000 }
h1 { font-size: 13pt; margin: 0 0 6mm }
ol { display: grid; grid-template-columns: 1fr 1fr; gap: 0; list-style: none; margin: 0; padding: 0 }
li { border: 1px dashed #777; padding: 4mm; break-inside: avoid; display: grid; grid-template-columns: 30mm 1fr; gap: 0 4mm }
svg { width: 30mm; height: 30mm }
b { display: block; font: 700 12pt/1.6 monospace; white-space: nowrap }
small { display: block; font-size: 8pt; overflow-wrap: anywhere }
i { display: block }
"""
PLACE = "{code}"


def sheet(title: str, codes: Sequence[str], *, link: str | None) -> str:
    """The sheet as HTML. `link`: where to answer, with the code put in the place of `{code}`; without one, QR codes say the code."""
    items = "".join(_item(code, link) for code in codes)
    return (
        f'<!doctype html><html lang="id"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style><h1>{escape(title)}</h1><ol>{items}</ol></html>\n"
    )


def _item(code: str, link: str | None) -> str:
    address = None if link is None else link.replace(PLACE, code)
    shown = "" if address is None else f"<small>{escape(address)}</small>"
    return (
        f'<li>{qr_svg(address or code)}<div>Kode Anda, sekali pakai<i lang="en">Your code, good once</i>'
        f"<b>{escape(code)}</b>{shown}"
        '<small>Jawaban Anda tidak dikaitkan dengan nama.<i lang="en">Your answer isn\'t tied to a name.</i></small>'
        "</div></li>"
    )
