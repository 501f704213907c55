"""People: what is public of them, who keeps their record, and who may link an account; and who a caller is."""

from uuid import uuid4

from api.registry.directory_stage import stage, until
from support.services import ServiceUnderTest


async def test_names_of_office_holders_are_public_and_the_rest_is_not(registry: ServiceUnderTest) -> None:
    here, other = await stage(registry), await stage(registry)
    private = {"employee_number": uuid4().hex[:18], "account_id": f"a-{uuid4()}"}
    person = await here.person("Ketut Rai", **private)
    path = f"/people/{person['id']}"
    for caller in (registry.anonymous(), other.client()):
        assert (await here.call("GET", path, caller=caller)).status_code == 404  # holds no seat
    await here.seat("supervisor", person=person["id"])
    for caller in (registry.anonymous(), other.client()):
        shown = await here.read(path, caller=caller)
        assert shown == {"id": person["id"], "name": "Ketut Rai", "institution_id": here.id}
    for caller in (here.client("registry:read"), await here.account("institution_admin"), registry.bootstrap()):
        shown = await here.read(path, caller=caller)
        assert shown["employee_number"] == private["employee_number"]


async def test_lists_show_office_holders_and_the_own_people(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    name = f"Anak Agung {uuid4().hex}"
    waiting = await here.person(name)
    query = f"/people?q={name}"
    assert (await here.read(query, caller=registry.anonymous()))["items"] == []
    found = await here.read(query, caller=here.client())
    assert [item["id"] for item in found["items"]] == [waiting["id"]]


async def test_numbers_and_accounts_belong_to_one_person(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    number, account, client = uuid4().hex[:18], f"a-{uuid4()}", f"c-{uuid4()}"
    await here.person(employee_number=number, account_id=account, client_id=client)
    for taken in ({"employee_number": number}, {"account_id": account}, {"client_id": client}):
        reply = await here.call("POST", "/people", json={"name": "B", "institution_id": here.id, **taken})
        assert (reply.status_code, reply.json()["code"]) == (409, "identifier_taken")
        assert next(iter(taken.values())) not in reply.text


async def test_who_links_an_account_manages_every_seat_of_the_person(registry: ServiceUnderTest) -> None:
    here, other = await stage(registry), await stage(registry)
    person = await here.person()
    path, link = f"/people/{person['id']}", {"account_id": f"a-{uuid4()}"}
    assert (await here.change(path, link, caller=here.client())).status_code == 200
    await other.seat("supervisor", person=person["id"])
    assert (await here.change(path, {"account_id": None}, caller=here.client())).status_code == 403
    assert (await here.change(path, {"account_id": None}, caller=other.client())).status_code == 403
    assert (await here.change(path, {"name": "Nama Lain"}, caller=here.client())).status_code == 200
    assert (await here.change(path, {"account_id": None})).status_code == 200


async def test_a_new_name_is_told_with_each_seat(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    account = f"a-{uuid4()}"
    person = await here.person("Nama Lama", account_id=account)
    seat = await here.seat("supervisor", person=person["id"])
    await here.change(f"/people/{person['id']}", {"name": "Nama Baru"})
    told = (await here.events(f"people/{person['id']}"))[-1]
    assert told["data"] == {"id": person["id"], "name": "Nama Baru", "account_id": account, "client_id": None}
    assert (told["sequence"], told["visibility"]) == (2, "internal")
    assert (await here.events(f"appointments/{seat['id']}"))[-1]["data"]["person_name"] == "Nama Baru"


async def test_me(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit = await here.unit("Loket")
    account = f"a-{uuid4()}"
    caller = registry.account(account)
    assert (await here.call("GET", "/me", caller=registry.anonymous())).status_code == 401
    assert (await here.read("/me", caller=caller))["person"] is None
    person = await here.person("Ni Kadek", account_id=account)
    await here.seat("unit_head", unit=unit["id"], person=person["id"])
    await here.seat("liaison", person=person["id"], valid_during={"from": "2020-01-01", "to": "2021-01-01"})
    me = await here.read("/me", caller=caller)
    assert me["caller"]["id"] == account
    assert me["person"]["id"] == person["id"]
    (seat,) = me["seats"]
    assert seat["role"] == "unit_head"
    assert seat["institution"] == {"id": here.id, "name": here.institution["name"]}
    assert seat["unit"] == {"id": unit["id"], "name": "Loket"}


async def test_a_seat_gives_its_right_at_once_and_loses_it_at_once(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    account = f"a-{uuid4()}"
    caller = registry.account(account)
    person = await here.person(account_id=account)
    body = {"name": "Orang", "institution_id": here.id}
    assert (await here.call("POST", "/people", json=body, caller=caller)).status_code == 403
    seat = await here.seat("institution_admin", person=person["id"])
    await until(201, lambda: here.call("POST", "/people", json=body, caller=caller))
    await here.change(f"/appointments/{seat['id']}/ending", {"valid_to": "2021-01-01"}, method="POST")
    await until(403, lambda: here.call("POST", "/people", json=body, caller=caller))


async def test_who_was_i_on_a_day(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    account = f"account-{uuid4()}"
    person = await here.person(account_id=account)
    unit = await here.unit("Dinas")
    for role, period in (
        ("officer", {"from": "2020-01-01", "to": "2023-01-01"}),
        ("unit_head", {"from": "2023-01-01"}),
    ):
        await here.seat(role, unit=unit["id"], person=person["id"], valid_during=period)
    caller = registry.account(account)
    for day, roles in (("2019-12-31", []), ("2022-12-31", ["officer"]), ("2023-01-01", ["unit_head"])):
        me = await here.read(f"/me?as_of={day}", caller=caller)
        assert [seat["role"] for seat in me["seats"]] == roles, day
        assert me["person"]["id"] == person["id"]
