"""A reorganisation that is too large for a request: it is answered at once, done in the background, all or nothing."""

from typing import Any

import httpx
import pytest

from api.registry.directory_stage import Stage, flaws, stage
from api.registry.test_reorganisations import DAY, declaration, merge, new, service, unit
from registry.reorganisations import operations
from support.services import ServiceUnderTest


@pytest.fixture(autouse=True)
def _everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """From two units on, so that the work is small and its way is the long one."""
    monkeypatch.setattr(operations, "MOST_AT_ONCE", 1)


async def ministries(registry: ServiceUnderTest) -> tuple[Stage, Stage, dict[str, Any], dict[str, Any]]:
    """Two of them, with a directorate of three units in the first."""
    here, there = await stage(registry), await stage(registry)
    top = await here.unit("Ditjen")
    leaf = await here.unit("Seksi", top["id"])
    await here.unit("Seksi Lain", top["id"])
    return here, there, top, leaf


def taking(top: dict[str, Any], there: Stage) -> dict[str, Any]:
    return declaration({"type": "move", "subject": unit(top), "to": {"institution_id": there.id}})


async def accepted(here: Stage, body: Any, path: str = "/reorganisations", **options: Any) -> dict[str, Any]:
    reply = await here.call("POST", path, json=body, **options)
    assert reply.status_code == 202, reply.text
    told: dict[str, Any] = reply.json()
    assert reply.headers["location"] == f"/v1/reorganisations/{told['id']}"
    assert (told["state"], told["progress"]["share"], told["consequences"]) == ("queued", 0.0, None)
    return told


async def worked(registry: ServiceUnderTest) -> None:
    while await registry.app.state.jobs.run_one():
        pass


async def test_it_is_done_in_the_background(registry: ServiceUnderTest) -> None:
    here, there, top, leaf = await ministries(registry)
    offered = await service(here, leaf["id"])
    queued = await accepted(here, taking(top, there))
    assert (await here.read(f"/units/{top['id']}"))["valid_during"]["to"] is None
    assert (await here.read(f"/reorganisations?institution={here.id}"))["items"] == []
    await worked(registry)
    done = await here.read(f"/reorganisations/{queued['id']}")
    assert (done["state"], done["progress"]["share"], done["refusal"]) == ("effected", 1.0, None)
    assert done["consequences"]["counts"]["successions"] == 3
    [heir] = (await here.read(f"/units/{leaf['id']}/lineage"))["successors"]
    assert (await here.read(f"/services/{offered['id']}"))["unit_id"] == heir["to_id"]
    assert (await here.read(f"/units/{heir['to_id']}?as_of={DAY}"))["institution_id"] == there.id
    assert [each["id"] for each in (await here.read(f"/reorganisations?institution={here.id}"))["items"]] == [
        done["id"]
    ]
    facts = await here.events(f"reorganisations/{done['id']}")
    assert [(each["type"], len(each["data"]["successions"])) for each in facts] == [("reorganisation.effected", 3)]


async def test_what_makes_no_sense_is_refused_at_once(registry: ServiceUnderTest) -> None:
    here, there, top, _ = await ministries(registry)
    body = taking(top, there)
    body["steps"].append(merge({"key": "y"}, unit(top)))
    reply = await here.call("POST", "/reorganisations", json=body)
    assert reply.status_code == 422
    assert ("/steps/1/into", "unknown_key") in flaws(reply)
    assert (
        await here.call("POST", "/reorganisations", json=taking(top, there), caller=here.client())
    ).status_code == 403


async def test_what_became_impossible_meanwhile_fails_with_its_reasons(registry: ServiceUnderTest) -> None:
    here, there, top, _ = await ministries(registry)
    queued = await accepted(here, taking(top, there))
    ended = await here.change(f"/units/{top['id']}", {"valid_during": {"to": "2999-01-01"}})
    assert ended.status_code == 409, "units below go on"
    async with registry.connection() as connection, connection.transaction():
        await connection.execute("SELECT recording()")
        await connection.execute(
            "UPDATE units SET valid_during = daterange(lower(valid_during), '2025-01-01') WHERE institution_id = $1",
            here.id,
        )
    await worked(registry)
    done = await here.read(f"/reorganisations/{queued['id']}")
    assert (done["state"], done["refusal"]["code"]) == ("failed", "not_feasible")
    assert [(each["pointer"], each["code"]) for each in done["refusal"]["errors"]] == [
        ("/steps/0/subject", "not_in_force")
    ]
    assert (await here.read(f"/units/{top['id']}/lineage"))["successors"] == []


async def test_a_preview_of_it_writes_nothing(registry: ServiceUnderTest) -> None:
    here, there, top, _ = await ministries(registry)
    queued = await accepted(here, taking(top, there), "/reorganisations/preview")
    await worked(registry)
    done = await here.read(f"/reorganisations/{queued['id']}")
    assert (done["state"], done["consequences"]["counts"]["successions"]) == ("previewed", 3)
    assert (await here.read(f"/units/{top['id']}"))["valid_during"]["to"] is None
    assert (await here.read(f"/units/{top['id']}/lineage"))["successors"] == []
    assert (await here.read(f"/reorganisations?institution={here.id}"))["items"] == []
    withdrawn = await here.call(
        "POST",
        f"/reorganisations/{queued['id']}/withdrawal",
        json={"decree_number": "1", "decree_date": "2026-01-01", "reason": "x"},
        headers={"if-match": "*"},
    )
    assert withdrawn.status_code == 404


async def test_it_is_cancelled_before_it_is_done(registry: ServiceUnderTest) -> None:
    here, there, top, _ = await ministries(registry)
    queued = await accepted(here, taking(top, there))
    path = f"/reorganisations/{queued['id']}"
    cancelled = await here.call("DELETE", path)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    await worked(registry)
    assert (await here.read(f"/units/{top['id']}"))["valid_during"]["to"] is None
    again = await here.call("DELETE", path)
    assert (again.status_code, again.json()["code"]) == (409, "already_finished")


async def test_who_asked_sees_it_and_nobody_else(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    top, other = await here.unit("Satu"), await here.unit("Dua")
    for _ in range(20):
        await here.unit("Seksi", top["id"])
    own, stranger = here.client(), here.client()

    async def look(caller: dict[str, str]) -> httpx.Response:
        return await here.call("GET", f"/reorganisations/{queued['id']}", caller=caller)

    body = declaration({"type": "move", "subject": unit(top), "to": unit(other)})
    queued = await accepted(here, body, caller=own)
    for caller in (registry.anonymous(), stranger):
        assert (await look(caller)).status_code == 404
    assert (await here.call("DELETE", f"/reorganisations/{queued['id']}", caller=stranger)).status_code == 404
    assert (await look(own)).json()["state"] == "queued"
    await worked(registry)
    assert (await look(registry.anonymous())).json()["state"] == "effected"


async def test_rights_are_asked_again_when_it_is_done(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    top, other = await here.unit("Satu"), await here.unit("Dua")
    for _ in range(20):
        await here.unit("Seksi", top["id"])
    admin = await here.account("institution_admin")
    body = declaration({"type": "move", "subject": unit(top), "to": unit(other)}, new("n", here))
    queued = await accepted(here, body, caller=admin)
    async with registry.connection() as connection, connection.transaction():
        await connection.execute(
            "UPDATE appointments SET valid_during = daterange(lower(valid_during), '2021-01-01')"
            " WHERE institution_id = $1 AND role = 'institution_admin'",
            here.id,
        )
    await worked(registry)
    done = await here.read(f"/reorganisations/{queued['id']}")
    assert (done["state"], done["refusal"]["code"]) == ("failed", "forbidden")
