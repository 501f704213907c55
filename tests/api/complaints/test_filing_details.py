"""What a filing says besides: consent to be filed for, proxies, the form of public information, LAPOR!'s own words."""

from typing import Any

import httpx
import pytest

from support.filings import Desk, complaint


async def refused(desk: Desk, **changes: Any) -> tuple[str, str]:
    body = complaint(desk.country, **changes)
    reply = await desk.service.call("POST", "/v1/complaints", caller=desk.service.anonymous(), json=body)
    assert reply.status_code == 422, reply.text
    error = reply.json()["errors"][0]
    return error["pointer"], error["code"]


async def first_entry(desk: Desk, case_id: str) -> dict[str, Any]:
    entry: dict[str, Any] = (await desk.get(case_id, "admin", "/timeline")).json()["items"][0]
    return entry


async def test_triage_sees_what_the_law_asks_for_and_the_filing_doesnt_say(desk: Desk) -> None:
    filed = await desk.file(requested_solution="Kartu dicetak.")
    assert (await first_entry(desk, filed["id"]))["internal"]["lacking"] == ["full_address", "loss"]
    path = f"/v1/complaints/{filed['id']}/timeline"
    own = await desk.service.call("GET", path, caller=await desk.tracking(filed))
    assert own.status_code == 200
    assert "lacking" not in own.text


@pytest.mark.parametrize(
    ("channel", "kind"),
    [
        ("walk_in", "spoken"),
        ("phone", "spoken"),
        ("letter", "own_letter"),
        ("sms", "own_message"),
        ("whatsapp", "own_message"),
        ("social_media", "own_message"),
    ],
)
async def test_an_officer_files_for_somebody_with_their_consent(desk: Desk, channel: str, kind: str) -> None:
    filed = await desk.file(desk.account("liaison"), channel=channel)
    entry = await first_entry(desk, filed["id"])
    assert entry["public"]["consent"] == {"kind": kind, "stated": False}
    assert entry["actor"]["role"] == "officer"
    said = await desk.file(
        desk.account("liaison"), channel=channel, consent={"kind": "signed_form", "note": "Formulir 12"}
    )
    expected = {"kind": "signed_form", "note": "Formulir 12", "stated": True}
    assert (await first_entry(desk, said["id"]))["public"]["consent"] == expected


async def test_who_files_for_themselves_consents_to_nothing(desk: Desk) -> None:
    filed = await desk.file(channel="website")
    assert "consent" not in (await first_entry(desk, filed["id"]))["public"]
    assert await refused(desk, consent={"kind": "wink"}) == ("/consent/kind", "unknown_code")


async def test_a_proxy_names_whom_they_act_for(desk: Desk) -> None:
    proxy = {"name": "I Made Kuasa", "authorisation": "Surat kuasa 3/2026"}
    assert await refused(desk, anonymous=True, proxy=proxy) == ("/anonymous", "identity_needed")
    filed = await desk.file(proxy=proxy)
    path = f"/v1/complaints/{filed['id']}/reporter"
    given = (await desk.service.call("GET", path, caller=await desk.tracking(filed))).json()
    assert (given["kind"], given["proxy"]["name"]) == ("proxy", "I Made Kuasa")


async def test_a_formal_request_says_why_and_in_which_form(desk: Desk) -> None:
    wanted = {"purpose": "Penelitian skripsi", "form": "soft_copy", "delivery": "email"}
    request = {"type": "information_request", "sub_class": "formal_public_information", "information": wanted}
    filed = await desk.file(**request)
    seen = await desk.service.call("GET", f"/v1/complaints/{filed['id']}", caller=await desk.tracking(filed))
    assert seen.json()["information"] == wanted
    assert (await desk.get(filed["id"], "information_officer")).json()["information"] == wanted
    assert await refused(desk, information=wanted) == ("/information", "not_of_this_type")
    strange = {**request, "information": {"form": "smoke"}}
    assert await refused(desk, **strange) == ("/information/form", "unknown_code")


async def test_information_is_refused_with_its_article_and_test_alone(desk: Desk) -> None:
    filed = await desk.file(type="information_request", sub_class="formal_public_information")
    case_id = filed["id"]
    await desk.done(case_id, "verification", "admin", {"complete": True})
    await desk.done(case_id, "classification", "admin", {"class": "public_information"})
    await desk.done(case_id, "assignment", "admin", {"unit_id": str(desk.country.secretariat)})

    async def answer(**changes: Any) -> httpx.Response:
        body = {
            "kind": "substantive",
            "body": "Rincian harga penawaran peserta lelang belum dapat dibuka.",
            "proposed_outcome": "information_refused_exempt",
        }
        held = await desk.service.call("GET", f"/v1/complaints/{case_id}")
        return await desk.service.call(
            "POST",
            f"/v1/complaints/{case_id}/response",
            headers={"if-match": held.headers["etag"]},
            json=body | changes,
        )

    held = await desk.service.call("GET", f"/v1/complaints/{case_id}")
    await desk.service.call(
        "POST", f"/v1/complaints/{case_id}/acceptance", headers={"if-match": held.headers["etag"]}, json={}
    )
    bare = await answer()
    assert (bare.status_code, bare.json()["errors"][0]["pointer"]) == (422, "/exemption")
    exemption = {
        "article": "UU 14/2008 pasal 17 huruf b",
        "consequence_test": "Membuka penawaran merugikan persaingan.",
    }
    unfit = await answer(proposed_outcome="information_given", exemption=exemption)
    assert unfit.json()["errors"][0]["code"] == "outcome_not_for_exemption"
    given = await answer(exemption=exemption)
    assert given.json()["state"] == "resolved", given.text
    told = (await desk.track(filed)).json()["timeline"][-1]["public"]
    assert told["exemption"] == exemption


async def test_lapors_words_are_taken_and_given(desk: Desk) -> None:
    filed = await desk.file(channel="lapor", lapor_classification="pengaduan")
    words = (await desk.get(filed["id"], "admin")).json()["lapor"]
    assert words == {"classification": "pengaduan", "status": "Menunggu verifikasi", "open_data_status": "Belum"}
    assert await refused(desk, lapor_classification="aspirasi") == ("/lapor_classification", "not_of_this_type")
    assert await refused(desk, lapor_classification="gosip") == ("/lapor_classification", "unknown_code")
    secret = await desk.file(channel="lapor", lapor_classification="whistleblowing_system")
    assert (await desk.get(secret["id"], "admin")).status_code == 404
    assert (await desk.get(secret["id"], "auditor")).json()["lapor"] is None


async def test_the_officer_who_received_it_prints_the_whole_receipt(desk: Desk) -> None:
    filed = await desk.file(desk.account("admin"), channel="walk_in")
    own = (await desk.get(filed["id"], "admin", "/receipt")).json()
    assert own["reporter"]["name"] == "Ni Wayan Sari"  # UU 25/2009 art. 44(2) a
    assert (await desk.get(filed["id"], "responsible", "/receipt")).json()["reporter"] is None
    log = (await desk.get(filed["id"], "admin", "/access-log")).json()["items"]
    assert [each["what"] for each in log] == ["identity"]
    printed = await desk.service.call(
        "GET",
        f"/v1/complaints/{filed['id']}/receipt",
        caller=desk.account("admin"),
        headers={"accept": "application/pdf"},
    )
    assert printed.content.startswith(b"%PDF-")
    unnamed = await desk.file(desk.account("admin"), channel="walk_in", anonymous=True)
    assert (await desk.get(unnamed["id"], "admin", "/receipt")).json()["reporter"] is None
