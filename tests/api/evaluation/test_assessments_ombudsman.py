"""The Ombudsman's opinions: recorded by the scheme of their year, once a year, read by all."""

from typing import Any
from uuid import uuid4

from api.evaluation.conftest import Office

PATH = "/v1/ombudsman-opinions"


def body(office: Office, **fields: Any) -> dict[str, Any]:
    return {"institution_id": str(office.country.city), "year": 2023, "scheme": "2022-2024", "score": 88.0} | fields


async def test_each_scheme_by_its_own_bounds(fresh: Office) -> None:
    expected = [
        ({"year": 2021, "scheme": "2013-2021", "score": 80.99}, ("medium_compliance", "yellow")),
        ({"year": 2023, "score": 88.0, "category": "a", "zone": "green"}, ("a", "green")),
        (
            {"year": 2025, "scheme": "2025", "score": 57.61, "opinion": "medium_quality", "category": "c"},
            ("c", None),
        ),
    ]
    for fields, (category, zone) in expected:
        made = await fresh.call("POST", PATH, json=body(fresh, **fields))
        assert made.status_code == 201, made.text
        found = made.json()
        assert (found["category"], found["zone"], found["score"]) == (category, zone, fields["score"])
        assert (await fresh.call("GET", made.headers["location"], caller=fresh.service.anonymous())).json() == found
    again = await fresh.call("POST", PATH, json=body(fresh))
    assert (again.status_code, again.json()["code"]) == (409, "ombudsman_opinion_exists")
    listed = await fresh.call("GET", f"{PATH}?institution={fresh.country.city}", caller=fresh.service.anonymous())
    assert [each["year"] for each in listed.json()["items"]] == [2025, 2023, 2021]
    assert (await fresh.call("GET", f"{PATH}/{uuid4()}")).status_code == 404


async def test_what_disagrees_with_the_scheme_is_refused(office: Office) -> None:
    for fields, pointer in (
        ({"scheme": "2025"}, "/year"),
        ({"scheme": "2030"}, "/scheme"),
        ({"category": "b"}, "/category"),
        ({"zone": "red"}, "/zone"),
        ({"year": 2025, "scheme": "2025"}, "/opinion"),
        ({"score": 100.5}, "/score"),
        ({"score": 88.005}, "/score"),
        ({"institution_id": str(uuid4())}, "/institution_id"),
    ):
        refused = await office.call("POST", PATH, json=body(office, **fields))
        assert refused.status_code == 422, fields
        assert pointer in {error["pointer"] for error in refused.json()["errors"]}


async def test_who_may_record_one(fresh: Office) -> None:
    year = 2022
    for name, status in (("officer", 403), ("other_admin", 403), ("admin", 201), ("ombudsman", 409)):
        reply = await fresh.call("POST", PATH, caller=fresh.officer(name), json=body(fresh, year=year))
        assert reply.status_code == status, name
    reply = await fresh.call("POST", PATH, caller=fresh.service.anonymous(), json=body(fresh))
    assert reply.status_code == 401
