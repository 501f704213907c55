"""The two HTML pages: one to read and try the API, one for each problem. Pure; nothing in them points outside."""

from collections.abc import Mapping
from html import escape
from typing import Any

from chassis.http.languages import Language, Text

DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The browser itself refuses every outside request of the page. Swagger UI sets styles on elements."""
PROBLEM_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"

_TITLE = Text("API Prima", "The Prima API")
_NO_SCRIPT = Text(
    "Halaman ini memerlukan JavaScript. Dokumennya sendiri ada di",
    "This page needs JavaScript. The document itself is at",
)

START_SCRIPT = """\
SwaggerUIBundle({
  url: "/v1/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
});
"""

PROBLEM_STYLE = """\
body { max-width: 40rem; margin: 3rem auto; padding: 0 1rem; font: 1rem/1.6 system-ui, sans-serif; color: #1a1a1a; }
h1 { font-size: 1.4rem; } code { background: #f2f2f2; padding: 0.1em 0.3em; } section { margin-top: 2rem; }
"""


def docs_page(language: Language) -> str:
    """The page on which the API is read and tried."""
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{_TITLE.read(language)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<main id="api"></main>
<noscript>{_NO_SCRIPT.read(language)} <a href="/v1/openapi.json">/v1/openapi.json</a>.</noscript>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""


def problem_page(problem: Mapping[str, Any]) -> str:
    """What a problem's `type` leads to, in both languages. `problem`: an entry of problems.json."""
    title, meaning = problem["title"], problem["meaning"]
    told = f"<p>{escape(meaning)}</p>" if meaning else ""
    return f"""<!doctype html>
<html lang="id">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(problem["code"])} — Prima</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/problem.css">
</head>
<body>
<h1><code>{escape(problem["code"])}</code> · HTTP {int(problem["status"])}</h1>
<section lang="id"><h2>{escape(title["id"])}</h2>
<p>Permintaan ditolak dengan kode ini. Rinciannya ada pada <code>detail</code> dan <code>errors</code> di jawaban;
sebutkan <code>request_id</code> bila Anda menghubungi kami.</p></section>
<section lang="en"><h2>{escape(title["en"])}</h2>
{told}<p>A request was refused with this code. What is wrong stands in <code>detail</code> and <code>errors</code> of the reply;
name its <code>request_id</code> when you write to us.</p></section>
</body>
</html>
"""
