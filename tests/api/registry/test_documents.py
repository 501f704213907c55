"""Standard and charter as documents: what they say to whom, in both languages, byte for byte the same; and the public page."""

import base64
import hashlib
import re
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import httpx
import pytest
from asyncpg import Range

from api.registry.standards_stage import Agency, a_draft, build_agency, draft, publication, published, stipulated, today
from chassis.documents.wording import Labels
from chassis.http.vocabularies import read_vocabularies
from devstack.layout import DATA
from registry.standards.completeness import COMPONENTS, MANUFACTURING
from registry.stipulation import documents
from registry.stipulation.documents_components import Teller
from registry.stipulation.documents_places import Place
from registry.stipulation.gate import STATEMENTS
from support.services import ServiceUnderTest

PROMISE = "Kami berjanji dan sanggup melaksanakan pelayanan sesuai dengan standar pelayanan."
HOSTILE = '<script>alert(1)</script> #read("/etc/passwd") $x$ *tebal* & "kutip"'


@pytest.fixture
async def agency(registry: ServiceUnderTest) -> Agency:
    return await build_agency(registry)


async def get(agency: Agency, path: str, *, by: str | None = None, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await agency.call("GET", path, by=by, headers=sent)


async def test_a_standard_and_its_charter_come_as_pdf(agency: Agency) -> None:
    standard_id = await published(agency)
    for path in (f"/standards/{standard_id}", f"/standards/{standard_id}/charter"):
        reply = await get(agency, path, accept="application/pdf")
        assert reply.status_code == 200, reply.text
        assert reply.headers["content-type"] == "application/pdf"
        assert reply.content.startswith(b"%PDF-")
        assert reply.headers["cache-control"] == "public, no-cache"
        assert set(reply.headers["vary"].split(", ")) == {"Accept", "Accept-Language"}
        assert re.fullmatch(r'inline; filename="[A-Za-z0-9._-]+\.pdf"', reply.headers["content-disposition"])
        # Of the decree's day, 5 January 2026, not of the day of printing.
        assert b"D:20260105000000" in reply.content


async def test_the_same_content_gives_the_same_bytes(agency: Agency, registry: ServiceUnderTest) -> None:
    standard_id = await published(agency)
    path = f"/standards/{standard_id}"
    first = await get(agency, path, accept="application/pdf")
    press = registry.app.state.printing.press
    press._shelf._documents.clear()
    again = await get(agency, path, accept="application/pdf")
    assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
    english = await get(agency, path, accept="application/pdf", accept_language="en")
    assert english.headers["content-language"] == "en"
    assert english.headers["etag"] != first.headers["etag"]
    held = await get(agency, path, accept="application/pdf", if_none_match=first.headers["etag"])
    assert (held.status_code, held.content) == (304, b"")


async def test_json_is_what_comes_unless_another_form_is_asked_for(agency: Agency) -> None:
    path = f"/standards/{await published(agency)}"
    for accept in ("*/*", "application/json", "application/json, application/pdf"):
        assert (await get(agency, path, accept=accept)).headers["content-type"] == "application/json"
    for below in ("", "/charter"):
        refused = await get(agency, path + below, accept="image/png")
        assert (refused.status_code, refused.json()["code"]) == (406, "not_acceptable")
    either = {"accept": "application/pdf;q=0.1, application/json;q=0.5"}
    assert (await get(agency, path + "/charter", **either)).headers["content-type"] == "application/json"


async def test_a_document_is_as_secret_as_its_version(agency: Agency) -> None:
    standard_id = await stipulated(agency)
    for path in (f"/standards/{standard_id}", f"/standards/{standard_id}/page"):
        assert (await get(agency, path, accept="application/pdf")).status_code == 404
    inside = await get(agency, f"/standards/{standard_id}", by="unit_head", accept="application/pdf")
    assert (inside.status_code, inside.headers["cache-control"]) == (200, "private, no-cache")
    assert (
        await get(agency, f"/standards/{standard_id}/charter", by="unit_head", accept="application/pdf")
    ).status_code == 404


async def test_a_draft_says_that_it_is_one(agency: Agency) -> None:
    standard_id = await draft(agency)
    page = await get(agency, f"/standards/{standard_id}/page", by="unit_head")
    assert "Rancangan. Belum ditetapkan dan belum menjadi janji." in page.text
    assert (await get(agency, f"/standards/{standard_id}", by="unit_head", accept="application/pdf")).status_code == 200


async def test_the_page_is_where_the_code_leads_and_speaks_both_languages(agency: Agency) -> None:
    standard_id = await published(agency)
    address = documents.page_address("https://pelayanan.example.id", standard_id)
    path = address.removeprefix("https://pelayanan.example.id/v1")
    page = await get(agency, path, accept="image/avif")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert '<html lang="id">' in page.text
    assert PROMISE in page.text
    switch = re.search(r'href="/v1(/standards/[^"]+language=en)"', page.text)
    assert switch is not None
    english = await get(agency, switch[1], accept_language="id")
    assert (english.headers["content-language"], '<html lang="en">' in english.text) == ("en", True)
    assert "We promise and are able to serve by the service standard." in english.text
    assert 'page?language=id"' in english.text
    by_header = await get(agency, path, accept_language="en")
    assert by_header.text == english.text
    assert (await get(agency, path + "?language=fr")).status_code == 400


async def test_a_browser_that_follows_the_standards_own_address_gets_the_page(agency: Agency) -> None:
    standard_id = await published(agency)
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    page = await get(agency, f"/standards/{standard_id}", accept=browser)
    assert page.text == (await get(agency, f"/standards/{standard_id}/page")).text


async def test_the_page_loads_nothing_and_runs_nothing(agency: Agency) -> None:
    page = await get(agency, f"/standards/{await published(agency)}/page")
    policy = page.headers["content-security-policy"]
    style = re.search(r"<style>(.*?)</style>", page.text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'")
    assert "unsafe" not in policy
    assert "script" not in policy
    found = Tags()
    found.feed(page.text)
    assert not {"script", "img", "iframe", "object", "form", "base"} & {tag for tag, _ in found.tags}
    assert not [name for _, names in found.tags for name in names if name.startswith("on") or name == "style"]
    assert all(link.startswith(("/v1/standards/", "data:,")) for link in found.links)


class Tags(HTMLParser):
    """The tags of a page with their attributes' names, and where it points."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[str]]] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, [name for name, _ in attrs]))
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


async def test_what_people_write_is_neither_markup_nor_source(agency: Agency) -> None:
    components = a_draft()["components"] | {"requirements": [HOSTILE, HOSTILE], "product": [HOSTILE]}
    standard_id = await draft(agency, components=components)
    page = await get(agency, f"/standards/{standard_id}/page", by="unit_head")
    assert "<script" not in page.text
    assert page.text.count("&lt;script&gt;alert(1)&lt;/script&gt; #read(&quot;/etc/passwd&quot;)") == 3
    made = await get(agency, f"/standards/{standard_id}", by="unit_head", accept="application/pdf")
    assert made.status_code == 200


async def test_the_charter_keeps_the_units_own_words_in_every_language(agency: Agency) -> None:
    standard_id = await stipulated(agency)
    body = publication()
    body["charter"]["statements"] = {
        "promise_to_serve": "Kami melayani dengan senyum.",
        "promise_to_improve": None,
        "accept_sanction": None,
    }
    assert (await agency.act(standard_id, "publication", body)).status_code == 200
    page = await get(agency, f"/standards/{standard_id}/page?language=en")
    assert "Kami melayani dengan senyum." in page.text
    assert "We promise to do our duties and to keep improving." in page.text


def test_the_wall_names_what_is_promised_on_the_day() -> None:
    """A charter that covered a version which its successor superseded, and one whose day is still to come."""

    def covered(number: str, start: date, end: date | None = None) -> dict[str, Any]:
        days = {"effective_on": start, "effective_to": end, "offered": [Range(date(2020, 1, 1), None)]}
        return {"id": number, "service_name": "KTP", "number": number} | days

    before = covered("SP-1", date(2026, 1, 5), date(2026, 2, 5))
    present, to_come = covered("SP-2", date(2026, 2, 5)), covered("SP-3", date(2026, 9, 1))
    charter = {
        "number": None,
        "statements": {code: text.id for code, text in STATEMENTS.items()},
        "signer": {"name": "Ni Made Sari"},
        "signed_on": date(2026, 1, 5),
    }

    def named(asked: dict[str, Any]) -> list[str]:
        document = documents.charter_document(
            charter,
            asked | {"today": date(2026, 3, 1)},
            covered=[before, present, to_come],
            decree_number="188.45/1",
            place=Place("Kota Denpasar", "Bidang", None),
            labels=Labels(read_vocabularies(DATA, ("directory",))),
            language="id",
            public_url="https://contoh.go.id",
        )
        return [number for _, number in document.content["covered"]]

    assert named(present) == ["SP-2"]
    assert named(before) == ["SP-1", "SP-2"]


async def test_internal_components_are_named_and_not_told(agency: Agency) -> None:
    standard_id = await published(agency, manufacturing_public=False)
    page = (await get(agency, f"/standards/{standard_id}/page")).text
    assert page.count("Komponen internal; tidak dipublikasikan oleh penyelenggara.") == len(MANUFACTURING)
    assert "UU 23/2006 tentang Administrasi Kependudukan" not in page
    inside = await get(agency, f"/standards/{standard_id}/page", by="unit_head")
    assert "UU 23/2006 tentang Administrasi Kependudukan" in inside.text
    assert inside.headers["cache-control"] == "private, no-cache"
    public = await get(agency, f"/standards/{standard_id}", accept="application/pdf")
    whole = await get(agency, f"/standards/{standard_id}", by="unit_head", accept="application/pdf")
    assert public.content != whole.content
    # Whoever reads it after an insider gets what the public gets.
    assert (await get(agency, f"/standards/{standard_id}", accept="application/pdf")).content == public.content


async def test_the_components_stand_in_the_order_of_the_law(agency: Agency) -> None:
    page = (await get(agency, f"/standards/{await published(agency)}/page")).text
    labels = Labels(read_vocabularies(DATA, ("directory",)))
    wanted = [labels.read("standard_components", code, "id") for code in COMPONENTS]
    assert re.findall(r'<th scope="row">(.*?)</th>', page) == wanted
    assert re.findall(r"<tr><td>(\d+)</td>", page) == [str(number) for number in range(1, 15)]


async def test_the_names_are_those_of_the_day_of_signing(agency: Agency, registry: ServiceUnderTest) -> None:
    standard_id = await published(agency)
    path = f"/standards/{standard_id}/charter"
    before = await get(agency, path, accept="application/pdf")
    await rename(registry, agency.unit_id)
    page = (await get(agency, f"/standards/{standard_id}/page")).text
    assert "Bidang Baru" in page
    assert (await get(agency, path, accept="application/pdf")).content == before.content


async def rename(registry: ServiceUnderTest, unit_id: UUID) -> None:
    """The unit is called otherwise from 1 June 2026."""
    async with registry.connection() as connection, connection.transaction():
        await connection.execute(
            "UPDATE units SET valid_during = daterange(lower(valid_during), '2026-06-01') WHERE id = $1", unit_id
        )
        await connection.execute(
            """INSERT INTO units (id, institution_id, parent_id, code, name, kind, functions, valid_during)
               SELECT id, institution_id, parent_id, code, 'Bidang Baru', kind, functions, daterange('2026-06-01', NULL)
               FROM units WHERE id = $1""",
            unit_id,
        )


@pytest.mark.parametrize(
    ("component", "indonesian", "english"),
    [
        ({"amount": 1, "unit": "working_day", "counted_from": "requirements_complete", "conditions": []},
         "Paling lama 1 hari kerja, terhitung sejak: persyaratan dinyatakan lengkap.",
         "At most 1 working day, counted from: requirements declared complete."),
        ({"amount": 90, "unit": "minute", "counted_from": "payment_received", "conditions": []},
         "Paling lama 90 menit, terhitung sejak: pembayaran diterima.",
         "At most 90 minutes, counted from: payment received."),
    ],
)  # fmt: skip
def test_a_time_in_words(component: dict[str, Any], indonesian: str, english: str) -> None:
    assert told("completion_time", component, "id") == [{"kind": "text", "text": indonesian}]
    assert told("completion_time", component, "en") == [{"kind": "text", "text": english}]


def test_a_fee_in_words() -> None:
    fee = {
        "free": False,
        "amount_idr": 1_250_000,
        "basis": "Perda 1/2024",
        "tariffs": [],
        "kind": None,
        "formula": None,
    }
    assert told("fee", fee, "id")[0] == {"kind": "text", "text": "Rp1.250.000"}
    assert told("fee", fee, "en")[0] == {"kind": "text", "text": "Rp1,250,000"}
    free = fee | {"free": True, "amount_idr": 0}
    assert told("fee", free, "id")[0] == {"kind": "text", "text": "Tidak dipungut biaya (gratis)"}


def told(code: str, component: dict[str, Any], language: Any) -> list[dict[str, Any]]:
    labels = Labels(read_vocabularies(DATA, ("registry", "directory", "complaints")))
    return Teller(labels, language).tell(code, component)


async def test_what_is_published_ahead_is_not_said_to_be_applied(agency: Agency) -> None:
    """Published for a day to come: the page says that it isn't in force, and nowhere that it is."""
    tomorrow = today(agency) + timedelta(days=1)
    standard_id = await published(agency, tomorrow)
    for language, notice, state in (
        ("id", "Versi ini belum berlaku.", "Dipublikasikan, belum diterapkan"),
        ("en", "This version isn&#x27;t in force yet.", "Published, not applied yet"),
    ):
        page = (await get(agency, f"/standards/{standard_id}/page?language={language}")).text
        assert notice in page
        assert f"<dd>{state}</dd>" in page
    then = (await get(agency, f"/standards/{standard_id}/page?language=id&as_of={tomorrow}")).text
    assert "<dd>Dipublikasikan dan diterapkan</dd>" in then
    assert "belum" not in then.partition("<main>")[2].partition("<table>")[0]
