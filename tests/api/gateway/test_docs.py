"""The documentation: served from files, readable without the outside world."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest

from support.gateway import GatewayUnderTest


class Page(HTMLParser):
    """What a page loads, where it leads, and the code that stands in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.links: list[str] = []
        self.inline = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        address = found.get("src") or found.get("href")
        if tag == "a":
            self.links.append(address or "")
        elif address:
            self.loaded.append(address)
        elif tag in ("script", "style"):
            self.inline += 1


async def test_the_document_has_an_etag(gateway: GatewayUnderTest) -> None:
    reply = await gateway.call("GET", "/v1/openapi.json")
    assert (reply.status_code, reply.json()["openapi"]) == (200, "3.1.0")
    assert reply.headers["api-version"] == "1.0.0"
    again = await gateway.call("GET", "/v1/openapi.json", headers={"if-none-match": reply.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/docs", "/problems/not_found"])
async def test_pages_load_nothing_from_outside(gateway: GatewayUnderTest, path: str) -> None:
    reply = await gateway.call("GET", path)
    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    page = Page(reply.text)
    assert page.loaded
    assert page.inline == 0
    for address in page.loaded:
        assert address == "data:," or re.fullmatch(r"/docs/[a-z.-]+", address)
        if address.startswith("/"):
            asset = await gateway.call("GET", urljoin(path, address))
            assert asset.status_code == 200
            assert "@import" not in asset.text[:5000]
            assert not re.search(r"url\(\s*['\"]?(https?:)?//", asset.text)
    policy = reply.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert not re.search(r"https?:|\*|script-src[^;]*unsafe", policy)


async def test_the_reader_is_started_by_its_own_file(gateway: GatewayUnderTest) -> None:
    script = (await gateway.call("GET", "/docs/start.js")).text
    assert 'url: "/v1/openapi.json"' in script
    assert "validatorUrl: null" in script  # or Swagger UI asks validator.swagger.io for a badge


async def test_a_problem_is_explained_in_both_languages(gateway: GatewayUnderTest) -> None:
    refused = await gateway.call(
        "GET", "/v1/accounts/00000000-0000-7000-8000-000000000000", token=await gateway.token()
    )
    page = await gateway.call("GET", refused.json()["type"])
    assert "Tidak ditemukan" in page.text
    assert "Not &lt;found&gt;" in page.text
    assert "Look &amp; see." in page.text


@pytest.mark.parametrize("path", ["/problems/unheard_of", "/docs/secrets.txt", "/docs/..%2fsettings.py", "/nowhere"])
async def test_what_is_not_there(gateway: GatewayUnderTest, path: str) -> None:
    reply = await gateway.call("GET", path)
    assert (reply.status_code, reply.headers["content-type"]) == (404, "application/problem+json")


async def test_a_browser_is_led_to_the_documentation(gateway: GatewayUnderTest) -> None:
    reply = await gateway.call("GET", "/")
    assert (reply.status_code, reply.headers["location"]) == (302, "/docs")
