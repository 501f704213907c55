"""Imports of people and appointments: who is who, one holder a seat, corrections, accounts that act."""

from typing import Any
from uuid import uuid4

from api.registry.directory_stage import Stage, stage
from api.registry.imports_stage import counts, ended, found, run, send, written
from support.services import ServiceUnderTest


def number() -> str:
    return f"1980{uuid4().int % 10**14:014d}"


async def staffed(here: Stage, *names: str) -> list[str]:
    """People by their numbers."""
    numbers = [number() for _ in names]
    rows = [{"employee_number": each, "name": name} for each, name in zip(numbers, names, strict=True)]
    assert counts(await run(here, "people", rows)) == (len(names), 0, 0)
    return numbers


async def test_people_by_their_numbers(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, account = number(), f"account-{uuid4()}"
    row = {"employee_number": one, "name": "I Made Satu", "account_id": account}
    assert counts(await run(here, "people", [row])) == (1, 0, 0)
    assert counts(await run(here, "people", [row])) == (0, 0, 1)
    assert counts(await run(here, "people", [{"employee_number": one, "name": "I Made Siji"}])) == (0, 1, 0)
    (person,) = (await here.read(f"/people?institution={here.id}"))["items"]
    assert (person["name"], person["account_id"]) == ("I Made Siji", account)
    wrong = [
        {"employee_number": number(), "name": "Lain", "account_id": account},
        {"employee_number": "1", "name": "X"},
    ]
    assert found(await run(here, "people", wrong)) == [
        (2, "account_id", "taken"),
        (3, "employee_number", "string_pattern_mismatch"),
    ]


async def test_nobody_takes_another_institutions_people(registry: ServiceUnderTest) -> None:
    here, other = await stage(registry), await stage(registry)
    (theirs,) = await staffed(other, "Orang Sana")
    row = {"employee_number": theirs, "name": "Diambil"}
    done = await ended(here, await send(here, "people", written([row]), caller=here.client()))
    assert found(done) == [(2, "employee_number", "person_of_another_institution")]


async def test_an_account_is_linked_by_who_gives_the_seats(registry: ServiceUnderTest) -> None:
    """An account acts with every seat of its person, also those that another institution gave."""
    here, other = await stage(registry), await stage(registry)
    (one,) = await staffed(here, "Merangkap")
    (person,) = (await here.read(f"/people?institution={here.id}"))["items"]
    await other.seat("institution_admin", person=person["id"])
    row = {"employee_number": one, "name": "Merangkap", "account_id": f"account-{uuid4()}"}
    done = await ended(here, await send(here, "people", written([row]), caller=here.client()))
    assert found(done) == [(2, "account_id", "seated_elsewhere")]


async def test_appointments_with_their_decrees(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit = await here.unit("Dinas", code="D1")
    head, officer = await staffed(here, "Kepala", "Petugas")
    rows = [
        {"employee_number": head, "unit_code": "D1", "role": "unit_head", "decree_number": "SK 1", "valid_from": "2021-01-01"},
        {"employee_number": officer, "unit_code": "D1", "role": "officer", "decree_number": "SK 2", "valid_from": "2021-01-01"},
        {"employee_number": head, "unit_code": "", "role": "responsible_officer", "decree_number": "SK 3",
         "decree_date": "2020-12-01", "valid_from": "2021-01-01", "valid_to": "2022-01-01"},
    ]  # fmt: skip
    assert counts(await run(here, "appointments", rows)) == (3, 0, 0)
    assert counts(await run(here, "appointments", rows)) == (0, 0, 3)
    seats = (await here.read(f"/appointments?unit={unit['id']}"))["items"]
    assert {(seat["role"], seat["person_name"]) for seat in seats} == {("unit_head", "Kepala"), ("officer", "Petugas")}
    head_seat = next(seat for seat in seats if seat["role"] == "unit_head")
    (fact,) = await here.events(f"appointments/{head_seat['id']}")
    assert (fact["type"], fact["data"]["decree_number"], fact["data"]["state"]) == (
        "appointment.changed",
        "SK 1",
        "active",
    )
    assert counts(await run(here, "appointments", [{**rows[0], "valid_to": "2030-01-01"}])) == (0, 1, 0)
    corrected = await here.read(f"/appointments/{head_seat['id']}")
    assert corrected["valid_during"] == {"from": "2021-01-01", "to": "2030-01-01"}
    by_head = await here.read(f"/people?institution={here.id}&q=Kepala")
    assert by_head["items"][0]["employee_number"] == head


async def test_an_imported_responsible_officer_is_one_of_the_two_that_the_law_names(registry: ServiceUnderTest) -> None:
    """UU 25/2009 art. 7: the head of the secretariat, or whom the Pembina appoints; by the file itself, or by what is held."""
    here = await stage(registry)
    mayor, secretary, other = await staffed(here, "Wali Kota", "Sekda", "Asisten")

    def seat(who: str, role: str, begins: str = "2024-01-01", **more: str) -> dict[str, str]:
        return {
            "employee_number": who,
            "role": role,
            "decree_number": "SK",
            "valid_from": begins,
            "unit_code": "",
        } | more

    answering = seat(other, "responsible_officer")
    done = await run(here, "appointments", [answering], query="&dry_run=true")
    # Nothing of a secretariat is on record yet: it may be right.
    assert (done["state"], found(done, "warnings")) == ("done", [(2, "appointed_by", "foundation_unknown")])
    await here.unit("Sekretariat Daerah", code="SD", kind="secretariat")
    # Its head isn't; of what is over by now it may be right still.
    refused = await run(here, "appointments", [answering], query="&dry_run=true")
    assert found(refused) == [(2, "appointed_by", "appointment_unfounded")]
    done = await run(here, "appointments", [answering | {"valid_to": "2025-01-01"}], query="&dry_run=true")
    assert (done["state"], found(done, "warnings")) == ("done", [(2, "appointed_by", "foundation_unknown")])
    seats = [seat(mayor, "supervisor", appointed_by=""), seat(secretary, "unit_head", unit_code="SD", appointed_by="")]
    for rows in ([*seats, answering], [*seats, answering | {"appointed_by": secretary}]):
        refused = await run(here, "appointments", rows, query="&dry_run=true")
        code = "not_the_supervisor" if "appointed_by" in rows[2] else "appointment_unfounded"
        assert (refused["state"], found(refused)) == ("failed", [(4, "appointed_by", code)])
    unknown = await run(here, "appointments", [answering | {"appointed_by": number()}], query="&dry_run=true")
    assert found(unknown) == [(2, "appointed_by", "unknown_appointer")]
    by_mayor = await run(here, "appointments", [*seats, answering | {"appointed_by": mayor}], query="&dry_run=true")
    assert (by_mayor["state"], found(by_mayor, "warnings")) == (
        "done",
        [(4, "appointed_by", "not_head_of_secretariat")],
    )
    by_right = await run(here, "appointments", [*seats, seat(secretary, "responsible_officer")])
    assert (by_right["state"], found(by_right, "warnings")) == ("done", [])
    taken = await run(here, "appointments", [seat(other, "responsible_officer", "2025-01-01")])
    assert {code for _, _, code in found(taken)} == {"seat_taken", "appointment_unfounded"}


async def test_a_row_that_says_nothing_new_of_what_a_seat_rests_on_is_not_held_against_the_law_again(
    registry: ServiceUnderTest,
) -> None:
    here = await stage(registry)
    mayor, secretary, other = await staffed(here, "Wali Kota", "Sekda", "Asisten")
    body = {"decree_number": "SK", "valid_from": "2024-01-01"}
    old = {"employee_number": other, "role": "responsible_officer", **body}
    assert counts(await run(here, "appointments", [old])) == (1, 0, 0)
    await here.unit("Sekretariat Daerah", code="SD", kind="secretariat")
    heads = [
        {"employee_number": mayor, "role": "supervisor", "unit_code": "", **body},
        {"employee_number": secretary, "role": "unit_head", "unit_code": "SD", **body},
    ]
    assert counts(await run(here, "appointments", heads)) == (2, 0, 0)
    longer = await run(here, "appointments", [{**old, "valid_to": "2030-01-01"}])
    assert counts(longer) == (0, 1, 0)
    assert found(longer, "warnings") == [(2, "appointed_by", "appointment_unfounded")]
    anew = await run(here, "appointments", [{**old, "decree_date": "2024-01-01"}])
    assert (anew["state"], found(anew)) == ("failed", [(2, "appointed_by", "appointment_unfounded")])


def told(done: Any) -> list[str]:
    return [each["detail"]["en"] for each in done["result"]["errors"]]


async def test_a_seat_has_one_holder_in_the_file_too(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    await here.unit("Dinas", code="D1")
    one, two, three = await staffed(here, "Satu", "Dua", "Tiga")

    def head(who: str, begins: str, ends: str = "", acting: str = "definitive") -> dict[str, str]:
        return {"employee_number": who, "unit_code": "D1", "role": "unit_head", "acting": acting, "decree_number": "SK",
                "valid_from": begins, "valid_to": ends}  # fmt: skip

    done = await run(here, "appointments", [head(one, "2021-01-01"), head(two, "2024-01-01")])
    assert found(done) == [(3, "employee_number", "seat_taken")]
    # Whose number it is isn't told: of the file, the row is.
    assert told(done) == ["Row 2 fills the seat in that period."]
    relay = [
        head(one, "2021-01-01", "2024-01-01"),
        head(two, "2024-01-01"),
        head(three, "2025-01-01", "2025-01-20", "plh"),
    ]
    assert counts(await run(here, "appointments", relay)) == (3, 0, 0)
    taken = await run(here, "appointments", [head(three, "2026-01-01")])
    assert found(taken) == [(2, "employee_number", "seat_taken")]
    assert told(taken) == ["The seat is held by Dua from 2024-01-01 until an open end."]
    before = await run(here, "appointments", [head(three, "2020-01-01", "2022-01-01")], query="&dry_run=true")
    assert told(before) == ["The seat is held by Satu from 2021-01-01 until 2024-01-01."]
    # A holder who is corrected to end frees the seat for another row of the same file.
    succession = [head(three, "2026-01-01"), head(two, "2024-01-01", "2026-01-01")]
    assert counts(await run(here, "appointments", succession)) == (1, 1, 0)


async def test_what_is_wrong_with_appointments(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    await here.unit("Dinas", code="D1")
    (one,) = await staffed(here, "Satu")
    base = {
        "employee_number": one,
        "unit_code": "D1",
        "role": "officer",
        "decree_number": "SK",
        "valid_from": "2021-01-01",
    }
    rows = [
        {**base, "employee_number": "000"},
        {**base, "unit_code": "D9"},
        {**base, "unit_code": ""  , "role": "unit_head"},
        {**base, "role": "supervisor"},
        {**base, "role": "king"},
        {**base, "valid_from": "2019-01-01"},
        {**base, "decree_number": ""},
        {**base, "role": "national_admin", "unit_code": ""},
    ]  # fmt: skip
    done = await ended(here, await send(here, "appointments", written(rows), caller=here.client()))
    assert found(done) == [
        (2, "employee_number", "unknown_person"),
        (3, "unit_code", "unknown_unit"),
        (4, "unit_code", "role_of_unit"),
        (5, "unit_code", "role_of_institution"),
        (6, "role", "unknown_term"),
        (7, "valid_from", "outside_place"),
        (8, "decree_number", "missing"),
        (9, "role", "forbidden_role"),
    ]
    acting = {**base, "unit_code": "D1", "role": "unit_head", "acting": "plt"}
    done = await run(here, "appointments", [acting])
    assert (done["state"], found(done, "warnings")) == ("done", [(2, "valid_to", "acting_without_end")])


async def test_what_a_file_says_of_acting_holders_is_held_against_what_was_before(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    await here.unit("Dinas", code="D1")
    (one,) = await staffed(here, "Pelaksana")

    def acts(begins: str, ends: str, acting: str = "plt", **more: str) -> dict[str, str]:
        seat = {"employee_number": one, "unit_code": "D1", "role": "unit_head", "decree_number": "SK", "acting": acting}
        return {**seat, "valid_from": begins, "valid_to": ends, "decree_date": "", **more}

    assert counts(await run(here, "appointments", [acts("2024-01-01", "2024-04-01")])) == (1, 0, 0)
    rows = [acts("2024-04-01", "2024-07-01"), acts("2024-07-01", "2024-10-01", decree_date="2999-01-01")]
    done = await run(here, "appointments", rows)
    assert found(done, "warnings") == [
        (3, "decree_date", "decree_in_the_future"),
        (3, "valid_to", "acting_too_long"),
        (3, "valid_to", "extended_too_often"),
    ]
    beside_himself = await run(here, "appointments", [acts("2024-08-01", "2024-08-10", "plh")])
    assert found(beside_himself) == [(2, "employee_number", "seat_taken")]


async def test_nobody_appoints_oneself_by_a_file(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    one, account = number(), f"account-{uuid4()}"
    person = await here.person(employee_number=one, account_id=account)
    await here.seat("institution_admin", person=person["id"])
    row = {"employee_number": one, "role": "supervisor", "decree_number": "SK", "valid_from": "2024-01-01"}
    caller = registry.account(account)
    done = await ended(here, await send(here, "appointments", written([row]), caller=caller))
    assert found(done) == [(2, "employee_number", "own_appointment")]
