"""A standard as a plain page: to read on any telephone, to print on any printer, without script or outside asset. Pure.

Every text of others goes through `escape`; the browser's policy allows this page's one style and nothing else.
"""

from collections.abc import Mapping
from html import escape
from typing import Any
from uuid import UUID

from chassis.documents.wording import written_day
from chassis.http.languages import Language, Text
from registry.stipulation.documents import CHARTER, statements_told

Content = Mapping[str, Any]

STYLE = """
:root { color-scheme: light; }
* { box-sizing: border-box; }
body { max-width: 52rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; color: #1d2b3a; background: #fff;
  font: 1rem/1.55 "Libertinus Serif", Georgia, "Times New Roman", serif; overflow-wrap: break-word; }
nav { text-align: right; font-size: .9rem; }
nav a, nav strong { padding: .3rem .5rem; color: #8a1c1c; }
header { border-bottom: 2px solid #8a1c1c; margin-bottom: 1.2rem; }
header p { margin: 0; }
h1 { margin: .2rem 0 .8rem; font-size: 1.7rem; line-height: 1.25; }
h1 small { display: block; margin-top: .9rem; font-size: .85rem; letter-spacing: .12em; text-transform: uppercase; color: #8a1c1c; }
h2 { margin-top: 2.2rem; font-size: 1.3rem; color: #8a1c1c; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.2rem; margin: 0; }
dt { color: #5b6672; font-weight: 400; }
dd { margin: 0; }
table { width: 100%; margin-top: 1.2rem; border-collapse: collapse; }
th, td { padding: .5rem; border-top: 1px solid #c9ced4; text-align: left; vertical-align: top; }
thead th { font-size: .85rem; color: #5b6672; white-space: nowrap; }
tbody th { width: 12rem; }
td, dd { overflow-wrap: anywhere; }
td:first-child { width: 3rem; padding-right: .8rem; text-align: right; white-space: nowrap; color: #8a1c1c; font-weight: 600; }
td p { margin: 0 0 .3rem; }
ol, ul { margin: 0 0 .3rem; padding-left: 1.3rem; }
.notice { padding: .6rem .8rem; border: 2px solid #8a1c1c; color: #8a1c1c; font-weight: 600; }
.quiet { color: #5b6672; }
footer { margin-top: 2rem; font-size: .8rem; color: #5b6672; }
@media (max-width: 34rem) {
  dl { display: block; }
  dt { font-size: .85rem; }
  dd { margin-bottom: .4rem; }
  table, tbody, tr, th, td { display: block; width: auto; }
  thead { display: none; }
  tr { padding: .6rem 0; border-top: 1px solid #c9ced4; }
  th, td { border: 0; padding: .1rem 0; }
  td:first-child { display: inline; padding-right: .5rem; }
  tbody th { display: inline; width: auto; }
}
@media print {
  @page { size: A4; margin: 1.8cm; }
  nav { display: none; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .charter, li { break-inside: avoid; }
  thead { display: table-header-group; }
}
"""

_SWITCH = Text("Pilihan bahasa", "Choice of language")
_LANGUAGES: Mapping[Language, str] = {"id": "Bahasa Indonesia", "en": "English"}


def standard_page(content: Content, charter: Content | None, *, standard_id: UUID) -> str:
    """The page of a standard, with its charter if it has one. `content`: documents.standard_content."""
    language: Language = content["language"]
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(content["title"])}</title>
<link rel="icon" href="data:,">
<style>{STYLE}</style>
</head>
<body>
{_switch(language, standard_id)}
<header>
<p><strong>{escape(content["institution"])}</strong></p>
<p>{escape(content["unit"])}</p>
<h1><small>{escape(content["heading"])}</small>{escape(content["service"])}</h1>
</header>
<main>
{_notice(content["notice"])}<dl>
{"".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>{_NEW_LINE}" for label, value in content["facts"])}</dl>
<table>
<thead><tr>{"".join(f'<th scope="col">{escape(name)}</th>' for name in content["columns"])}</tr></thead>
<tbody>
{"".join(_row(row) for row in content["rows"])}</tbody>
</table>
{_charter(charter, language)}</main>
<footer>{escape(content["address"])}{_seal(content)}</footer>
</body>
</html>
"""


_NEW_LINE = "\n"


def _switch(language: Language, standard_id: UUID) -> str:
    choices = [
        f'<strong lang="{code}">{name}</strong>'
        if code == language
        else f'<a href="/v1/standards/{standard_id}/page?language={code}" hreflang="{code}" lang="{code}">{name}</a>'
        for code, name in _LANGUAGES.items()
    ]
    return f'<nav aria-label="{_SWITCH.read(language)}">{" ".join(choices)}</nav>'


def _notice(notice: str | None) -> str:
    return "" if notice is None else f'<p class="notice">{escape(notice)}</p>\n'


def _row(row: Content) -> str:
    told = (
        "".join(_block(block) for block in row["blocks"])
        if row["note"] is None
        else f'<p class="quiet"><em>{escape(row["note"])}</em></p>'
    )
    return f'<tr><td>{escape(row["number"])}</td><th scope="row">{escape(row["label"])}</th><td>{told}</td></tr>\n'


def _block(block: Content) -> str:
    if block["kind"] == "text":
        return f"<p>{_lines(block['text'])}</p>"
    if block["kind"] == "pairs":
        return "".join(
            f'<p><span class="quiet">{_lines(label)}:</span> {_lines(text)}</p>' for label, text in block["items"]
        )
    tag = "ol" if block["kind"] == "steps" else "ul"
    return f"<{tag}>{''.join(f'<li>{_lines(item)}</li>' for item in block['items'])}</{tag}>"


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines())


def _charter(charter: Content | None, language: Language) -> str:
    if charter is None:
        return ""
    signer = charter["signer"]
    signed = ", ".join(filter(None, (signer["name"], signer.get("post"), written_day(charter["signed_on"], language))))
    statements = "".join(f"<li>{_lines(text)}</li>" for text in statements_told(charter, language))
    return (
        f'<section class="charter"><h2>{CHARTER.read(language)}</h2>\n<ol>{statements}</ol>\n'
        f"<p>{escape(signed)}</p></section>\n"
    )


def _seal(content: Content) -> str:
    return "" if content["seal"] is None else f"<br>{escape(content['seal_label'])}: {escape(content['seal'])}"
