"""Assessments by the values: who gives them, each once, who sees them, and that few citizens stay unseen."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from api.evaluation.conftest import Office

VALUES = ("discipline", "accountable", "refuses_bribes", "transparent", "polite", "fair", "professional")
PERIOD = {"period_from": "2026-01-01", "period_to": "2026-07-01"}
NEXT_PERIOD = {"period_from": "2026-07-01", "period_to": "2027-01-01"}


async def assess(
    office: Office, caller: Any, kind: str, person: str | None = None, score: int = 3, **fields: Any
) -> httpx.Response:
    body = {
        "kind": kind,
        "unit_id": str(office.country.counter),
        "person_id": str(office.country.people[person]) if person else None,
        "scores": dict.fromkeys(VALUES, score),
        **PERIOD,
    }
    who = office.officer(caller) if isinstance(caller, str) else caller
    return await office.call("POST", "/v1/ethics-assessments", caller=who, json=body | fields)


async def test_each_kind_by_whom_it_is_for(fresh: Office) -> None:
    service, country = fresh.service, fresh.country
    citizen = service.account(str(uuid4()))
    for caller, kind, person, status in (
        ("officer", "self", "officer", 201),
        ("liaison", "self", "officer", 403),
        ("head", "superior", "officer", 201),
        ("works_head", "superior", "officer", 403),
        ("officer", "superior", "officer", 403),
        ("officer", "citizen", "officer", 403),
        (citizen, "citizen", "officer", 201),
        (citizen, "superior", "officer", 403),
        (service.integration("evaluation:answer", country.city), "citizen", None, 201),
        (service.integration("evaluation:answer", country.other_city), "citizen", None, 403),
        (service.integration("evaluation:answer", country.city), "superior", None, 403),
        (service.anonymous(), "citizen", None, 401),
        ("officer", "self", None, 201),
        ("head", "superior", None, 201),
    ):
        reply = await assess(fresh, caller, kind, person)
        assert reply.status_code == status, (caller, kind, person, reply.text)
    again = await assess(fresh, citizen, "citizen", "officer")
    assert (again.status_code, again.json()["code"]) == (409, "assessed_already")
    later = await assess(fresh, citizen, "citizen", "officer", **NEXT_PERIOD)
    assert later.status_code == 201
    assert later.json()["author_person_id"] is None


@pytest.mark.parametrize("kind", ["self", "superior", "citizen"])
async def test_nobody_speaks_twice_for_the_same_days(fresh: Office, kind: str) -> None:
    """A period within, around or across one that was assessed already would count a voice twice; the next one doesn't."""
    who = {"self": "officer", "superior": "head", "citizen": fresh.service.account(str(uuid4()))}[kind]
    assert (await assess(fresh, who, kind, "officer")).status_code == 201
    first, end = (date.fromisoformat(PERIOD[name]) for name in ("period_from", "period_to"))
    month = timedelta(days=31)
    for begin, until in (
        (first, end + month),
        (first - month, end),
        (first + month, end),
        (first - month, end + month),
    ):
        reply = await assess(fresh, who, kind, "officer", period_from=str(begin), period_to=str(until))
        assert (reply.status_code, reply.json()["code"]) == (409, "assessed_already"), (begin, until)
    for fields in (NEXT_PERIOD, {"period_from": str(first - month), "period_to": str(first)}):
        assert (await assess(fresh, who, kind, "officer", **fields)).status_code == 201
    other = fresh.service.account(str(uuid4()))
    assert (await assess(fresh, other, "citizen", "officer")).status_code == 201
    assert (await assess(fresh, who, kind, None)).status_code == 201


@pytest.mark.parametrize("kind", ["self", "superior"])
async def test_nor_for_days_spoken_of_before_hashes_were_kept(fresh: Office, kind: str) -> None:
    """An older row says whose it is by its author; of another subject, kind or author, or for other days, it hinders nobody."""
    who, person = {"self": ("officer", "officer"), "superior": ("head", "officer")}[kind]
    kept = await assess(fresh, who, kind, person)
    async with fresh.service.connection() as connection:
        await connection.execute(
            "UPDATE ethics_assessments SET assessor_hash = NULL, once_hash = $2 WHERE id = $1",
            kept.json()["id"],
            uuid4().bytes,
        )
    longer = {"period_from": "2025-12-01", "period_to": "2026-08-01"}
    again = await assess(fresh, who, kind, person, **longer)
    assert (again.status_code, again.json()["code"]) == (409, "assessed_already")
    assert (await assess(fresh, who, kind, person, **NEXT_PERIOD)).status_code == 201
    assert (await assess(fresh, who, kind, None, **longer)).status_code == 201
    assert (await assess(fresh, "responsible", "superior", person, **longer)).status_code == 201
    citizen = fresh.service.account(str(uuid4()))
    assert (await assess(fresh, citizen, "citizen", person, **longer)).status_code == 201


async def test_of_two_at_once_one_is_kept(fresh: Office) -> None:
    citizen = fresh.service.account(str(uuid4()))
    first = date.fromisoformat(PERIOD["period_from"])
    replies = await asyncio.gather(
        *(
            assess(fresh, citizen, "citizen", "officer", period_from=str(first - timedelta(days=days)))
            for days in range(6)
        )
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409, 409, 409]


async def test_what_is_refused(office: Office) -> None:
    async def refused(**fields: Any) -> set[tuple[str, str]]:
        reply = await assess(office, "responsible", "superior", "officer", **fields)
        assert reply.status_code == 422, reply.text
        return {(error["pointer"], error["code"]) for error in reply.json()["errors"]}

    assert ("/scores/polite", "off_scale") in await refused(score=5)
    assert await refused(conduct={"lazy": "kept"}) == {("/conduct/lazy", "unknown_code")}
    assert await refused(unit_id=str(uuid4())) == {("/unit_id", "unknown_subject")}
    assert await refused(person_id=str(office.country.people["works_head"])) == {("/person_id", "not_of_the_unit")}
    assert {code for _, code in await refused(period_to="2026-01-01")} == {"period"}
    assert await refused(period_from="2150-01-01", period_to="2151-01-01") == {("/period_from", "in_the_future")}
    noted = await assess(office, office.service.account("x"), "citizen", note="Saya Budi")
    assert noted.json()["errors"][0]["code"] == "no_note"


async def test_who_sees_what(fresh: Office) -> None:
    citizen = fresh.service.account(str(uuid4()))
    await assess(fresh, "officer", "self", "officer")
    await assess(fresh, "head", "superior", "officer", note="Baik.")
    await assess(fresh, citizen, "citizen", "officer")

    async def kinds(caller: Any) -> list[str]:
        who = fresh.officer(caller) if isinstance(caller, str) else caller
        path = f"/v1/ethics-assessments?unit={fresh.country.counter}"
        reply = await fresh.call("GET", path, caller=who)
        return sorted(item["kind"] for item in reply.json()["items"])

    assert await kinds("head") == ["citizen", "self", "superior"]
    assert await kinds("supervisor") == ["citizen", "self", "superior"]
    assert await kinds("officer") == ["self", "superior"]  # no citizen's single word
    assert await kinds("liaison") == []  # a colleague
    assert await kinds("works_head") == []
    assert await kinds(citizen) == []
    assert await kinds(fresh.service.integration("evaluation:read", fresh.country.city)) == [
        "citizen",
        "self",
        "superior",
    ]


async def test_means_by_kind_with_few_citizens_hidden(fresh: Office) -> None:
    await assess(fresh, "officer", "self", "officer", 4, conduct={"careful": "kept"})
    await assess(fresh, "head", "superior", "officer", 3, conduct={"careful": "breached", "decent": "kept"})
    await assess(fresh, "responsible", "superior", "officer", 2)
    for _ in range(4):
        await assess(fresh, fresh.service.account(str(uuid4())), "citizen", "officer", 1)
    officer = fresh.country.people["officer"]
    path = f"/v1/ethics-assessments/summary?unit={fresh.country.counter}&person={officer}&period_from=2026-01-01&period_to=2027-01-01"

    async def polite(caller: str) -> dict[str, tuple[int | None, float | None]]:
        reply = await fresh.call("GET", path, caller=fresh.officer(caller))
        assert reply.status_code == 200, reply.text
        [found] = [value for value in reply.json()["values"] if value["code"] == "polite"]
        return {each["kind"]: (each["n"], each["mean"]) for each in found["by_kind"]}

    assert await polite("head") == {"self": (1, 4.0), "superior": (2, 2.5), "citizen": (None, None)}
    await assess(fresh, fresh.service.account(str(uuid4())), "citizen", "officer", 3)
    assert (await polite("officer"))["citizen"] == (5, 1.4)  # (4 x 1 + 3) / 5
    conduct = (await fresh.call("GET", path, caller=fresh.officer("head"))).json()["conduct"]
    assert conduct == [{"code": "careful", "kept": 1, "breached": 1}, {"code": "decent", "kept": 1, "breached": 0}]
    for name in ("liaison", "works_head", "other_admin"):
        assert (await fresh.call("GET", path, caller=fresh.officer(name))).status_code == 404


async def test_new_values_leave_what_was_assessed_by_the_old(fresh: Office) -> None:
    """A summary of earlier periods is by the values of then; what is assessed from now on, by those of now."""
    await assess(fresh, "head", "superior", "officer", 3)
    officer = fresh.country.people["officer"]
    path = f"/v1/ethics-assessments/summary?unit={fresh.country.counter}&person={officer}"
    old, now = (f"{path}&period_from={each}-01-01&period_to={each}-07-01" for each in ("2026", "2025"))

    async def summed(which: str) -> tuple[int, dict[str, list[float]]]:
        found = (await fresh.call("GET", which, caller=fresh.officer("head"))).json()
        values = {each["code"]: [kind["mean"] for kind in each["by_kind"]] for each in found["values"]}
        return found["values_version"], values

    async with fresh.service.connection() as connection:
        await connection.execute("""
            INSERT INTO ethics_catalogues (code, version, effective_from, source, document)
            SELECT code, 99, effective_from, source, document || jsonb_build_object('version', 99, 'items',
                   jsonb_build_array(jsonb_set(document -> 'items' -> 0, '{code}', '"brave"')))
            FROM ethics_catalogues WHERE code = 'values' AND version = 1""")
    try:
        assert await summed(old) == (1, {code: [3.0] for code in VALUES})
        assert await summed(now) == (99, {"brave": []})
        fields = {"period_from": "2025-01-01", "period_to": "2025-07-01", "scores": {"brave": 4}}
        assert (await assess(fresh, "head", "superior", "officer", **fields)).status_code == 201
        assert await summed(now) == (99, {"brave": [4.0]})
    finally:
        async with fresh.service.connection() as connection:
            await connection.execute("DELETE FROM ethics_catalogues WHERE version = 99")
