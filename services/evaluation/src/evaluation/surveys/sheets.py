"""A sheet of one-time codes to print and cut apart, in both languages. Pure; nothing in it comes from another address."""

from collections.abc import Sequence
from html import escape

STYLE = """
@page { size: A4; margin: 12mm }
body { font: 11pt/1.35 sans-serif; margin: 0; color: #000 }
h1 { font-size: 13pt; margin: 0 0 6mm }
ol { display: grid; grid-template-columns: 1fr 1fr; gap: 0; list-style: none; margin: 0; padding: 0 }
li { border: 1px dashed #777; padding: 5mm; break-inside: avoid }
b { display: block; font: 700 17pt/1.6 monospace; letter-spacing: .06em }
small { display: block; overflow-wrap: anywhere }
"""
PLACE = "{code}"


def sheet(title: str, codes: Sequence[str], *, link: str | None) -> str:
    """The sheet as HTML. `link`: where to answer, with the code put in the place of `{code}`."""
    items = "".join(_item(code, link) for code in codes)
    return (
        f'<!doctype html><html lang="id"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style><h1>{escape(title)}</h1><ol>{items}</ol></html>\n"
    )


def _item(code: str, link: str | None) -> str:
    address = "" if link is None else f"<small>{escape(link.replace(PLACE, code))}</small>"
    return (
        f"<li>Kode Anda, sekali pakai · <i>Your code, good once</i><b>{escape(code)}</b>{address}"
        "<small>Jawaban Anda tidak dikaitkan dengan nama. · <i>Your answer isn't tied to a name.</i></small></li>"
    )
