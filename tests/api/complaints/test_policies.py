"""Policies and categories as anybody reads them."""

from typing import Any

from support.filings import Desk
from support.services import ServiceUnderTest


async def test_policies_are_listed_and_read_with_their_rows(complaints: ServiceUnderTest) -> None:
    anybody = complaints.anonymous()
    listed = (await complaints.call("GET", "/v1/deadline-policies", caller=anybody)).json()["items"]
    assert {"sp4n_2018", "sp4n_2025", "uu25_2009", "uu14_2008"} <= {item["code"] for item in listed}
    reply = await complaints.call("GET", "/v1/deadline-policies/uu25_2009", caller=anybody)
    decision = next(rule for rule in reply.json()["rules"] if rule["stage"] == "decision")
    assert (decision["amount"], decision["unit"], decision["source"]) == (60, "calendar_day", "art. 50(1)")
    again = await complaints.call(
        "GET", "/v1/deadline-policies/uu25_2009", headers={"if-none-match": reply.headers["etag"]}
    )
    assert again.status_code == 304


async def test_versions(complaints: ServiceUnderTest) -> None:
    first = await complaints.call("GET", "/v1/deadline-policies/uu14_2008?version=1")
    assert first.json()["rules"][0]["extension"]["amount"] == 7
    assert "immutable" in first.headers["cache-control"]
    assert (await complaints.call("GET", "/v1/deadline-policies/uu14_2008?version=99")).status_code == 404
    assert (await complaints.call("GET", "/v1/deadline-policies/uu99_2099")).status_code == 404
    assert (await complaints.client.get("/v1/deadline-policies")).status_code == 401


async def test_the_31_categories_of_lapor(complaints: ServiceUnderTest) -> None:
    items = (await complaints.call("GET", "/v1/categories", caller=complaints.anonymous())).json()["items"]
    assert len(items) == 31
    assert items[0]["label"] == {"id": "Topik lainnya", "en": "Other topics"}


async def test_both_lists_are_read_in_pages_too(complaints: ServiceUnderTest) -> None:
    for path, flaw in (("/v1/categories", "/v1/deadline-policies"), ("/v1/deadline-policies", "/v1/categories")):
        whole = (await complaints.call("GET", path)).json()
        assert whole["next"] is None
        items: list[Any] = []
        following: str | None = f"{path}?limit=3"
        while following is not None:
            page = (await complaints.call("GET", following)).json()
            assert 0 < len(page["items"]) <= 3
            items += page["items"]
            following = page["next"]
        assert items == whole["items"]
        first = (await complaints.call("GET", f"{path}?limit=3")).json()["next"]
        elsewhere = await complaints.call("GET", first.replace(path, flaw))
        assert (elsewhere.status_code, elsewhere.json()["errors"][0]["pointer"]) == (400, "query/cursor")
        for limit in (0, 201):
            refused = await complaints.call("GET", f"{path}?limit={limit}")
            assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "query/limit")


async def test_a_city_adopts_the_three_hours_for_minor_complaints(desk: Desk) -> None:
    path = "/v1/deadline-policies/sp4n_local_minor_3_hours/adoptions"
    # From a day that no other test reaches: the desk's city is shared.
    body = {"institution_id": str(desk.country.city), "adopted_on": "2031-01-01"}

    async def status(name: str, path: str = path) -> int:
        return (await desk.service.call("POST", path, caller=desk.account(name), json=body)).status_code

    assert await status("admin") == 201
    assert await status("liaison") == 403
    assert await status("other_admin") == 403
    assert await status("admin", "/v1/deadline-policies/uu25_2009/adoptions") == 409
    assert await status("admin", "/v1/deadline-policies/no_such/adoptions") == 404
    anybody = await desk.service.call("POST", path, caller=desk.service.anonymous(), json=body)
    assert anybody.status_code == 401
