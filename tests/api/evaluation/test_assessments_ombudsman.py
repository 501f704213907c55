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


async def test_what_was_recorded_wrongly_is_corrected_and_kept(fresh: Office) -> None:
    made = await fresh.call("POST", PATH, json=body(fresh, source="Siaran pers"))
    path, etag = made.headers["location"], made.headers["etag"]
    assert (made.json()["version"], made.json()["corrections"]) == (1, [])
    right = {"scheme": "2022-2024", "score": 77.99, "reason": "Skor salah ketik.", "source": "Lampiran keputusan"}

    async def correct(caller: str = "admin", tag: str = etag, **fields: Any) -> Any:
        headers = {"if-match": tag} if tag else None
        return await fresh.call(
            "POST", f"{path}/correction", caller=fresh.officer(caller), json=right | fields, headers=headers
        )

    for caller in ("officer", "other_admin"):
        assert (await correct(caller)).status_code == 403
    assert (await correct(tag="")).status_code == 428
    assert (await correct(tag='"7.x"')).status_code == 412
    assert (await correct(category="a")).json()["errors"][0]["pointer"] == "/category"
    assert (await correct(scheme="2025")).json()["errors"][0]["pointer"] == "/year"
    assert (await correct(reason="")).json()["errors"][0]["pointer"] == "/reason"
    corrected = await correct()
    assert corrected.status_code == 201, corrected.text
    found = corrected.json()
    assert (found["score"], found["category"], found["zone"], found["version"]) == (77.99, "c", "yellow", 2)
    [before] = found["corrections"]
    assert (before["score"], before["category"], before["version"]) == (88.0, "a", 1)
    assert (before["reason"], before["source"]) == ("Skor salah ketik.", "Siaran pers")
    assert (await fresh.call("GET", path, caller=fresh.service.anonymous())).json() == found
    assert (await correct()).status_code == 412
    missing = await fresh.call("POST", f"{PATH}/{uuid4()}/correction", json=right, headers={"if-match": etag})
    assert missing.status_code == 404
    await fresh.service.sequenced()
    async with fresh.service.connection() as connection:
        told = await connection.fetch(
            "SELECT type, sequence, data FROM events WHERE subject = $1 ORDER BY position",
            path.removeprefix("/v1/"),
        )
    assert [(row["type"], row["sequence"], row["data"]["score"]) for row in told] == [
        ("ombudsman_opinion.recorded", 1, 88.0),
        ("ombudsman_opinion.corrected", 2, 77.99),
    ]
