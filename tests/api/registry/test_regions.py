"""The regions that ship, through the real application."""

import pytest

from support.services import ServiceUnderTest


async def test_a_region_is_found_by_its_code(registry: ServiceUnderTest) -> None:
    reply = await registry.call("GET", "/v1/regions/51.71", caller=registry.anonymous())
    assert reply.status_code == 200
    assert reply.json()["name"] == "Kota Denpasar"
    assert reply.json()["time_zone"] == "wita"
    again = await registry.call("GET", "/v1/regions/51.71", headers={"if-none-match": reply.headers["etag"]})
    assert again.status_code == 304


async def test_pages_hold_every_province_once(registry: ServiceUnderTest) -> None:
    codes: list[str] = []
    address: str | None = "/v1/regions?level=province&limit=7&count=exact"
    while address:
        page = (await registry.call("GET", address)).json()
        assert page["count"] == 38
        codes += [item["code"] for item in page["items"]]
        address = page["next"]
    assert len(codes) == len(set(codes)) == 38
    assert codes == sorted(codes)


@pytest.mark.parametrize(
    ("levels", "count"),
    [
        # UU 23/2014: 416 regencies and 98 cities, Jakarta's one and five without autonomy among them.
        ("level=regency", 416 + 98),
        ("level=city", 93),
        ("level=administrative_city&level=administrative_regency", 6),
        # Kepmendagri 300.2.2-2430/2025: 75,252 villages with 14 customary ones, and the urban villages.
        ("level=village", 91_599 - 38 - 514 - 7_285),
        ("level=customary_village", 14),
        ("level=province&level=regency", 38 + 514),
    ],
)
async def test_a_wider_level_covers_the_narrower(registry: ServiceUnderTest, levels: str, count: int) -> None:
    page = (await registry.call("GET", f"/v1/regions?{levels}&count=exact&limit=1")).json()
    assert page["count"] == count


async def test_a_regency_by_its_name_may_be_a_city(registry: ServiceUnderTest) -> None:
    page = (await registry.call("GET", "/v1/regions?level=regency&parent=31")).json()
    assert [item["code"] for item in page["items"]] == ["31.01", "31.71", "31.72", "31.73", "31.74", "31.75"]


async def test_a_cursor_of_another_filter_is_refused(registry: ServiceUnderTest) -> None:
    page = (await registry.call("GET", "/v1/regions?level=province&limit=5")).json()
    other = page["next"].replace("level=province", "level=city")
    reply = await registry.call("GET", other)
    assert reply.status_code == 400
    assert reply.json()["errors"][0]["pointer"] == "query/cursor"


async def test_typos_are_forgiven(registry: ServiceUnderTest) -> None:
    page = (await registry.call("GET", "/v1/regions?q=Denpsar&level=city")).json()
    assert [item["code"] for item in page["items"]] == ["51.71"]


async def test_unknown_parameters_limits_and_tokens(registry: ServiceUnderTest) -> None:
    unknown = await registry.call("GET", "/v1/regions?colour=red", headers={"accept-language": "en"})
    assert (unknown.status_code, unknown.json()["errors"][0]["pointer"]) == (400, "query/colour")
    assert unknown.headers["content-type"] == "application/problem+json"
    assert (await registry.call("GET", "/v1/regions?limit=201")).status_code == 400
    assert (await registry.client.get("/v1/regions")).status_code == 401
    assert (await registry.call("GET", "/v1/regions/99.99")).status_code == 404
