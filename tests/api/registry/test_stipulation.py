"""The decree, publication and succession of standards, their review and revocation."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from api.registry.standards_stage import (
    EXAMPLES,
    Agency,
    a_draft,
    build_agency,
    consult,
    decree,
    draft,
    facts,
    finalise,
    minutes,
    opening,
    pointers,
    publication,
    published,
    stipulated,
    today,
)
from chassis.data.pool import Pool
from registry.standards.seal import content_hash
from registry.stipulation.aftercare import move_what_is_due
from support.services import ServiceUnderTest


@pytest.fixture
async def agency(registry: ServiceUnderTest) -> Agency:
    return await build_agency(registry)


async def state_of(agency: Agency, standard_id: str) -> str:
    state: str = (await agency.call("GET", f"/standards/{standard_id}")).json()["state"]
    return state


@pytest.mark.parametrize("code", sorted(EXAMPLES))
async def test_a_worked_example_goes_all_the_way(agency: Agency, code: str) -> None:
    standard_id = await stipulated(agency, **a_draft(code))
    reply = await agency.act(standard_id, "publication", publication(today(agency)))
    assert reply.status_code == 200
    made = reply.json()
    assert (made["state"], made["in_force"]) == ("published", True)
    assert made["review_due_on"] == str(today(agency).replace(year=today(agency).year + 3))
    assert (await agency.call("GET", f"/standards/{standard_id}", by=None)).json()["components"] == made["components"]


async def test_every_reason_of_refusal_comes_at_once(agency: Agency) -> None:
    components = {
        code: value
        for code, value in EXAMPLES["ktp_el_new"]["standard"]["components"].items()
        if code not in ("legal_basis", "staff_number", "safety_guarantee")
    }
    considerations = {"capability": "Cukup", "community_needs": "", "local_conditions": ""}
    standard_id = await draft(agency, components=components, considerations=considerations)
    opened = await agency.act(standard_id, "consultation", opening())
    users = [found["id"] for found in opened.json()["participants"] if found["element"] == "service_users"]
    session = {"held_on": str(today(agency)), "summary": "Dibahas", "attendance": users}
    await agency.act(standard_id, "consultation/sessions", session)
    comment = await agency.call("POST", f"/standards/{standard_id}/comments", by=None, json={"body": "Mengapa?"})
    await finalise(agency, standard_id)
    reply = await agency.act(standard_id, "stipulation", {})
    assert (reply.status_code, reply.json()["code"]) == (422, "not_stipulable")
    assert pointers(reply) == {
        "/components/legal_basis",
        "/components/staff_number",
        "/components/safety_guarantee",
        "/considerations/community_needs",
        "/considerations/local_conditions",
        "/consultation/sessions",  # no related party took part
        "/minutes",
        f"/comments/{comment.json()['id']}",
        "/decree_number",
        "/decree_date",
        "/signer",
    }
    assert await state_of(agency, standard_id) == "finalising"


async def test_minutes_signed_by_one_side_do_not_suffice(agency: Agency) -> None:
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    await finalise(agency, standard_id)
    for elements, code in (
        (("service_users",), "provider_has_not_signed"),
        (("provider",), "society_has_not_signed"),
    ):
        await agency.act(standard_id, "minutes", minutes(elements), match=False)
        reply = await agency.act(standard_id, "stipulation", decree())
        assert [error["code"] for error in reply.json()["errors"]] == [code]


async def test_the_decree_seals_the_text(agency: Agency) -> None:
    standard_id = await stipulated(agency)
    shown = (await agency.call("GET", f"/standards/{standard_id}")).json()
    assert shown["state"] == "stipulated"
    assert shown["content_hash"] == content_hash(shown["number"], shown["version"], shown)
    sealed = (await agency.call("GET", f"/standards/{standard_id}/stipulation")).json()
    assert (sealed["decree_number"], sealed["content_hash"]) == ("188.45/12/2026", shown["content_hash"])
    assert (await agency.call("GET", f"/standards/{standard_id}", by=None)).status_code == 404


async def ready(agency: Agency) -> str:
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    await finalise(agency, standard_id)
    await agency.act(standard_id, "minutes", minutes(), match=False)
    return standard_id


@pytest.mark.parametrize(
    ("by", "status", "code"),
    [
        ("officer", 403, "forbidden"),
        ("internal_auditor", 403, "forbidden"),
        ("plh", 403, "acting_may_not_stipulate"),  # stands beside the holder: by setting, default no
        ("plt", 200, None),  # of the unit above, in the holder's place: default yes
        ("responsible_officer", 200, None),
        ("supervisor", 200, None),
        ("client", 200, None),
    ],
)
async def test_who_may_stipulate(agency: Agency, by: str, status: int, code: str | None) -> None:
    standard_id = await ready(agency)
    reply = await agency.act(standard_id, "stipulation", decree(), by=by)
    assert (reply.status_code, reply.json().get("code")) == (status, code)


async def test_an_institution_lets_its_plh_stipulate(agency: Agency) -> None:
    standard_id = await ready(agency)
    signer = {"name": "Pelaksana harian", "acting": "plh"}
    refused = await agency.act(standard_id, "stipulation", decree(signer=signer), by="client")
    assert pointers(refused) == {"/signer/acting"}
    path = f"/institutions/{agency.institution_id}/standard-settings"
    await agency.call(
        "PUT", path, by="responsible_officer", json={"plh_may_stipulate": True}, headers={"if-match": "*"}
    )
    assert (await agency.act(standard_id, "stipulation", decree(signer=signer), by="plh")).status_code == 200


@pytest.mark.parametrize(
    ("seat", "signer", "flaws"),
    [
        ("unit_head", {}, []),
        ("responsible_officer", {}, []),
        ("supervisor", {}, []),
        ("plt", {"acting": "plt"}, []),  # of the unit above
        ("officer", {}, [("/signer/person_id", "holds_no_seat")]),
        ("unit_head", {"name": "Orang lain"}, [("/signer/name", "name_differs")]),
        ("plh", {}, [("/signer/acting", "acting_differs")]),  # a Plh doesn't sign as the head
        ("plh", {"acting": "plh"}, [("/signer/acting", "acting_may_not_stipulate")]),
        (None, {}, [("/signer/person_id", "unknown_person")]),
    ],
)
async def test_a_person_signs_by_a_seat(
    agency: Agency, seat: str | None, signer: dict[str, str], flaws: list[tuple[str, str]]
) -> None:
    standard_id = await ready(agency)
    person = uuid4() if seat is None else agency.people[seat]
    stated = {"name": seat or "Siapa", "person_id": str(person)} | signer
    reply = await agency.act(standard_id, "stipulation", decree(signer=stated), by="client")
    assert reply.status_code == (422 if flaws else 200), reply.text
    assert [(each["pointer"], each["code"]) for each in reply.json().get("errors", [])] == flaws


async def test_a_signer_of_another_agency_or_another_day_holds_no_seat(agency: Agency) -> None:
    standard_id, other = await ready(agency), await build_agency(agency.registry)
    stranger = {"name": "unit_head", "person_id": str(other.people["unit_head"])}
    reply = await agency.act(standard_id, "stipulation", decree(signer=stranger), by="client")
    assert pointers(reply) == {"/signer/person_id"}
    async with agency.registry.connection() as connection:
        await connection.execute(
            "UPDATE appointments SET valid_during = '[2020-01-01,2026-01-05)' WHERE person_id = $1",
            agency.people["unit_head"],
        )
    former = {"name": "unit_head", "person_id": str(agency.people["unit_head"])}
    refused = await agency.act(standard_id, "stipulation", decree(signer=former), by="client")
    assert pointers(refused) == {"/signer/person_id"}
    # The day before was his last.
    earlier = decree(signer=former, decree_date="2026-01-04")
    assert (await agency.act(standard_id, "stipulation", earlier, by="client")).status_code == 200


async def test_a_decree_follows_the_consultation(agency: Agency) -> None:
    standard_id = await ready(agency)  # a forum on Friday 2 January, signed for on that day
    for day, code in (("1900-01-01", "before_consultation"), ("2026-01-01", "before_consultation")):
        reply = await agency.act(standard_id, "stipulation", decree(decree_date=day))
        assert [(each["pointer"], each["code"]) for each in reply.json()["errors"]] == [("/decree_date", code)]
    tomorrow = str(today(agency) + timedelta(days=1))
    reply = await agency.act(standard_id, "stipulation", decree(decree_date=tomorrow))
    assert [each["code"] for each in reply.json()["errors"]] == ["in_the_future"]
    assert (await agency.act(standard_id, "stipulation", decree(decree_date="2026-01-02"))).status_code == 200


async def test_a_revocation_is_by_a_decree_of_its_time(agency: Agency) -> None:
    standard_id = await published(agency)  # by a decree of 5 January
    body = {"decree_number": "188.45/99", "reason": "Layanan berakhir"}
    for day, code in (("2026-01-04", "before_decree"), (str(today(agency) + timedelta(days=1)), "in_the_future")):
        reply = await agency.act(standard_id, "revocation", body | {"decree_date": day})
        assert [(each["pointer"], each["code"]) for each in reply.json()["errors"]] == [("/decree_date", code)]
    assert await state_of(agency, standard_id) == "published"


async def test_publication_is_refused_with_every_reason(agency: Agency) -> None:
    standard_id = await stipulated(agency)
    empty = await agency.act(standard_id, "publication", {})
    assert (empty.status_code, empty.json()["code"]) == (422, "not_publishable")
    assert pointers(empty) == {"/effective_on", "/channels", "/charter"}
    charter = {"statements": ["promise_to_serve"]}
    partly = await agency.act(standard_id, "publication", publication("2026-01-04", charter=charter))
    assert pointers(partly) == {
        "/effective_on",  # before the decree of 5 January
        "/charter/statements/promise_to_improve",
        "/charter/statements/accept_sanction",
        "/charter/signer",
    }
    signed_later = publication()["charter"] | {"signed_on": str(today(agency) + timedelta(days=1))}
    early = await agency.act(standard_id, "publication", publication(charter=signed_later))
    assert pointers(early) == {"/charter/signed_on"}
    assert (await agency.act(standard_id, "publication", publication(), by="officer")).status_code == 403


async def test_a_publication_is_a_public_fact_with_its_promise(agency: Agency) -> None:
    standard_id = await published(agency)
    (fact,) = await facts(agency, f"standards/{standard_id}")
    data = fact["data"]
    assert (fact["type"], fact["visibility"]) == ("standard.published", "public")
    assert data["service_id"] == str(agency.service_id)
    assert (data["unit_id"], data["institution_id"]) == (str(agency.unit_id), str(agency.institution_id))
    assert (data["version"], data["state"]) == (1, "published")
    assert (data["effective_on"], data["effective_to"], data["review_due_on"]) == ("2026-01-05", None, "2029-01-05")
    assert data["completion_time"]["amount"] == data["components"]["completion_time"]["amount"] == 1
    assert data["fee"]["free"] is True
    assert data["service_guarantee"]["remedy"] == "Pengantaran gratis"
    assert data["consultation_elements"] == ["provider", "related_institutions", "service_users"]
    assert data["publication_media"] == ["banner_board", "website"]
    assert data["charter_state"] == "published_electronic"
    assert data["reviewed_on"] is None


async def test_a_new_version_supersedes_the_one_before_at_once(agency: Agency) -> None:
    first = await published(agency, "2026-01-05")
    second = await published(agency, today(agency))
    assert await state_of(agency, first) == "superseded"
    shown = (await agency.call("GET", f"/standards/{second}")).json()
    assert (shown["version"], shown["predecessor_id"]) == (2, first)
    types = [(fact["type"], fact["data"]["effective_to"]) for fact in await facts(agency, f"standards/{first}")]
    assert types == [("standard.published", None), ("standard.superseded", str(today(agency)))]


async def test_a_version_to_come_supersedes_on_its_day(agency: Agency) -> None:
    first = await published(agency, "2026-01-05")
    day = today(agency) + timedelta(days=10)
    second = await published(agency, day)
    assert (await state_of(agency, first), await state_of(agency, second)) == ("published", "published")
    shown = (await agency.call("GET", f"/standards/{second}", by=None)).json()
    assert shown["in_force"] is False
    pool = agency.registry.app.state.side_pool
    # A second before midnight in WITA nothing happens yet; at midnight the day has come, in UTC still the day before.
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=8)
    await day_comes(pool, now=midnight - timedelta(seconds=1))
    assert await stored_state(agency, first) == "published"
    await day_comes(pool, now=midnight)
    assert await stored_state(agency, first) == "superseded"
    await day_comes(pool, now=midnight)
    types = [fact["type"] for fact in await facts(agency, f"standards/{first}")]
    assert types == ["standard.published", "standard.changed", "standard.superseded"]
    history = (await agency.call("GET", f"/standards/{first}/history")).json()["items"]
    assert history[-1]["actor"] == "client:system"


async def day_comes(pool: Pool, *, now: datetime) -> None:
    while await move_what_is_due(pool, now=now):  # at most 100 at a time
        continue


async def stored_state(agency: Agency, standard_id: str) -> str:
    async with agency.registry.connection() as connection:
        state: str = await connection.fetchval("SELECT state FROM standards WHERE id = $1", standard_id)
    return state


async def test_a_version_takes_effect_after_the_others(agency: Agency) -> None:
    await published(agency, "2026-02-01")
    standard_id = await stipulated(agency)
    reply = await agency.act(standard_id, "publication", publication("2026-02-01"))
    assert [(error["pointer"], error["code"]) for error in reply.json()["errors"]] == [
        ("/effective_on", "not_after_other_version")
    ]


async def test_revoking_what_has_not_begun_gives_the_days_back(agency: Agency) -> None:
    first = await published(agency, "2026-01-05")
    second = await published(agency, today(agency) + timedelta(days=10))
    body = {"decree_number": "188.45/99", "decree_date": str(today(agency)), "reason": "Dibatalkan"}
    assert (await agency.act(second, "revocation", body, by="officer")).status_code == 403
    reply = await agency.act(second, "revocation", body)
    assert (reply.status_code, reply.json()["state"], reply.json()["in_force"]) == (200, "revoked", False)
    shown = (await agency.call("GET", f"/standards/{first}")).json()
    assert (shown["state"], shown["effective_to"]) == ("published", None)
    day = today(agency) + timedelta(days=20)
    listed = await agency.call("GET", f"/services/{agency.service_id}/standards?in_force_on={day}", by=None)
    assert [item["id"] for item in listed.json()["items"]] == [first]


async def test_a_revoked_standard_promises_nothing_from_that_day(agency: Agency) -> None:
    standard_id = await published(agency, "2026-01-05")
    body = {"decree_number": "188.45/99", "decree_date": str(today(agency)), "reason": "Layanan berakhir"}
    assert (await agency.act(standard_id, "revocation", body, by="supervisor")).status_code == 200
    path = f"/services/{agency.service_id}/standards?in_force_on="
    assert (await agency.call("GET", f"{path}{today(agency)}", by=None)).json()["items"] == []
    yesterday = await agency.call("GET", f"{path}{today(agency) - timedelta(days=1)}", by=None)
    assert [item["state"] for item in yesterday.json()["items"]] == ["revoked"]
    assert [fact["type"] for fact in await facts(agency, f"standards/{standard_id}")][-1] == "standard.revoked"


async def test_a_stipulated_standard_is_revoked_unseen(agency: Agency) -> None:
    standard_id = await stipulated(agency)
    body = {"decree_number": "188.45/99", "decree_date": "2026-02-01", "reason": "Keliru"}
    reply = await agency.act(standard_id, "revocation", body)
    assert (reply.status_code, reply.json()["state"]) == (200, "revoked")
    assert (await agency.call("GET", f"/standards/{standard_id}", by=None)).status_code == 404
    assert [fact["visibility"] for fact in await facts(agency, f"standards/{standard_id}")] == ["agency"]


async def test_a_review_ends_by_confirmation_or_a_new_version(agency: Agency) -> None:
    standard_id = await published(agency)
    begun = await agency.act(
        standard_id, "review", {"cause": "finding", "reason": "Temuan inspektorat"}, by="responsible_officer"
    )
    assert (begun.status_code, begun.json()["state"], begun.json()["in_force"]) == (200, "under_review", True)
    refused = await agency.call(
        "PATCH", f"/standards/{standard_id}", json={"manufacturing_public": False}, headers={"if-match": "*"}
    )
    assert (refused.status_code, refused.json()["allowed_actions"]) == (
        409,
        ["consultation", "confirmation", "drafting", "revocation"],
    )
    confirmed = await agency.act(standard_id, "confirmation", {"report": "Tetap sesuai", "years": 1})
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "published")
    due = date.fromisoformat(confirmed.json()["review_due_on"])
    assert (due.year, due.month) == (today(agency).year + 1, today(agency).month)
    told = await facts(agency, f"standards/{standard_id}")
    assert told[-1]["data"]["reviewed_on"] == str(today(agency))
    types = [fact["type"] for fact in told]
    assert types == ["standard.published", "standard.under_review", "standard.confirmed"]
    again = await agency.act(standard_id, "confirmation", {"report": "Lagi"})
    assert (again.status_code, again.json()["allowed_actions"]) == (409, ["review", "revocation"])


async def test_a_review_that_is_due_begins_by_itself(agency: Agency) -> None:
    standard_id = await published(agency, "2026-01-05")
    pool = agency.registry.app.state.side_pool
    # Due on 5 January 2029, WITA: still Thursday 4 January, 15:59 UTC; a minute later it is Friday there.
    await day_comes(pool, now=datetime(2029, 1, 4, 15, 59, tzinfo=UTC))
    assert await stored_state(agency, standard_id) == "published"
    await day_comes(pool, now=datetime(2029, 1, 4, 16, 0, tzinfo=UTC))
    assert await stored_state(agency, standard_id) == "under_review"


async def test_one_version_is_in_force_whatever_is_written(agency: Agency) -> None:
    await published(agency, "2026-01-05")
    second = await stipulated(agency)
    async with agency.registry.connection() as connection:
        with pytest.raises(Exception, match="standards_one_in_force_excl"):
            await connection.execute(
                "UPDATE standards SET state = 'published', effective_on = '2026-02-01' WHERE id = $1", second
            )
