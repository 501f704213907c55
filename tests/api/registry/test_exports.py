"""The registry's lists as files: the rows of the list, as the manifest says."""

import hashlib
import json
from typing import Any

import pytest

from support.services import ServiceUnderTest

URL = "/v1/exports/registry"


async def exported(service: ServiceUnderTest, **body: Any) -> tuple[Any, bytes]:
    reply = await service.call("POST", URL, json={"format": "ndjson"} | body)
    assert reply.status_code == 202, reply.text
    while await service.app.state.export_jobs.run_one():
        pass
    export = (await service.call("GET", reply.headers["location"])).json()
    assert export["state"] == "done"
    return export["manifest"], (await service.call("GET", f"{reply.headers['location']}/content")).content


@pytest.mark.parametrize("resource", ["institutions", "units", "services", "appointments"])
async def test_a_file_is_the_list(registry: ServiceUnderTest, resource: str) -> None:
    """As everybody reads it."""
    path = f"/v1/{resource}?count=exact&limit=200"
    listed = (await registry.call("GET", path, caller=registry.anonymous())).json()
    manifest, content = await exported(registry, resource=resource)
    assert manifest["rows"] == listed["count"]
    assert manifest["sha256"] == hashlib.sha256(content).hexdigest()
    assert [json.loads(line) for line in content.decode().splitlines()][:200] == listed["items"]


async def test_a_filter_is_the_lists(registry: ServiceUnderTest) -> None:
    listed = (await registry.call("GET", "/v1/institutions?kind=ministry&q=kesehatan&count=exact")).json()
    manifest, content = await exported(registry, resource="institutions", filter={"kind": "ministry", "q": "kesehatan"})
    assert manifest["rows"] == listed["count"] > 0
    assert [json.loads(line)["id"] for line in content.decode().splitlines()] == [
        each["id"] for each in listed["items"]
    ]
    _, table = await exported(registry, resource="institutions", filter={"kind": ["ministry"]}, format="csv")
    assert table.startswith(b"id,code,name,")


async def test_who_may_ask_and_for_what(registry: ServiceUnderTest) -> None:
    body = {"resource": "units", "format": "csv"}
    assert (await registry.call("POST", URL, caller=registry.anonymous(), json=body)).status_code == 401
    assert (await registry.call("POST", URL, caller=registry.account("citizen"), json=body)).status_code == 202
    for changed, pointer in (({"resource": "people"}, "/resource"), ({"since": "2026-01-01T00:00:00Z"}, "/since")):
        reply = await registry.call("POST", URL, json=body | changed)
        assert (reply.status_code, reply.json()["errors"][0]["pointer"]) == (422, pointer)
    other = await registry.call("POST", URL, json=body)
    stranger = await registry.call("GET", other.headers["location"], caller=registry.account("stranger"))
    assert stranger.status_code == 404
    while await registry.app.state.export_jobs.run_one():
        pass
