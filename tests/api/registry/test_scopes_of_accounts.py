"""A person's account has no scopes: where a scope is asked for, signing in alone opens nothing."""

import pytest

from support.services import ServiceUnderTest


async def test_an_account_without_a_seat_changes_no_calendar(registry: ServiceUnderTest) -> None:
    held = (await registry.call("GET", "/v1/calendars/national")).json()
    names = ("name", "time_zone", "region_code", "working_blocks", "source")
    body = {name: held[name] for name in names} | {"days": held["days"][:1]}
    reply = await registry.call("PUT", "/v1/calendars/national", caller=registry.account("citizen"), json=body)
    assert reply.status_code == 403
    assert (await registry.call("GET", "/v1/calendars/national")).json()["version"] == held["version"]


@pytest.mark.parametrize("path", ["/v1/feeds/registry"])
async def test_an_account_without_a_seat_follows_no_feed(registry: ServiceUnderTest, path: str) -> None:
    assert (await registry.call("GET", path, caller=registry.account("citizen"))).status_code == 403
