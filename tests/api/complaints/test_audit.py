"""The record proves itself: every kind of tampering is found and named, and anchors bind the days together."""

from datetime import UTC, datetime, timedelta

import pytest

from complaints.audit.anchoring import anchor, first_bad_anchor
from complaints.audit.commands import make_anchor, verify_chains
from complaints.audit.verifying import walk
from complaints.service import SERVICE
from devstack.postgres import Cluster
from support import databases
from support.directory import settled_country
from support.filings import Desk
from support.services import service_under_test

DAY = timedelta(days=1)


async def worked(desk: Desk) -> str:
    """A case with some history; its id."""
    case_id = await desk.in_progress()
    await desk.done(case_id, "note", "liaison", {"body": "Sudah ditelepon."})
    await desk.service.sequenced()
    return case_id


TAMPERINGS = {
    'UPDATE case_history SET public = \'{"reason": "lain"}\' WHERE case_id = $1 AND sequence = 3': (3, "columns"),
    "UPDATE case_history SET at = at - interval '1 day' WHERE case_id = $1 AND sequence = 2": (2, "columns"),
    "UPDATE case_history SET actor = '{}' WHERE case_id = $1 AND sequence = 4": (4, "columns"),
    "UPDATE case_history SET canonical = set_byte(canonical, 9, 65) WHERE case_id = $1 AND sequence = 2": (2, "hash"),
    "UPDATE case_history SET chain = sha256('x') WHERE case_id = $1 AND sequence = 4": (4, "hash"),
    "DELETE FROM case_history WHERE case_id = $1 AND sequence = 2": (3, "entry 2 is missing"),
    "DELETE FROM case_history WHERE case_id = $1 AND sequence = 1": (2, "entry 1 is missing"),
    "DELETE FROM case_history WHERE case_id = $1 AND sequence = 6": (6, "last entry is missing"),
    "DELETE FROM case_history WHERE case_id = $1": (None, "no history"),
    "UPDATE cases SET chain = sha256('x') WHERE id = $1": (6, "head"),
}


async def test_a_record_that_nobody_touched_holds(desk: Desk) -> None:
    await worked(desk)
    await desk.file(protected=True)
    async with desk.service.connection() as connection:
        walked = await walk(connection)
    assert walked.broken is None
    assert walked.entries > walked.cases > 1


async def test_instants_in_an_entry_are_stored_as_they_were_hashed(desk: Desk) -> None:
    filed_at = (datetime.now(UTC) - DAY).isoformat()
    item = {"type": "complaint", "title": "Loket tutup", "body": "Loket tutup sebelum waktunya.", "anonymous": True}
    client = desk.service.integration("complaints:file")
    body = {"items": [item | {"client_filed_at": filed_at}]}
    reply = await desk.service.call("POST", "/v1/complaints/batch", caller=client, json=body)
    assert [each["status"] for each in reply.json()["items"]] == [201], reply.text
    async with desk.service.connection() as connection:
        assert (await walk(connection)).broken is None


@pytest.mark.parametrize("statement", TAMPERINGS)
async def test_the_first_bad_row_is_named(desk: Desk, statement: str) -> None:
    case_id = await worked(desk)
    sequence, reason = TAMPERINGS[statement]
    async with desk.service.connection() as connection:
        undone = connection.transaction(isolation="repeatable_read")
        await undone.start()
        try:
            await connection.execute("SET LOCAL session_replication_role = replica")
            await connection.execute(statement, case_id)
            broken = (await walk(connection)).broken
        finally:
            await undone.rollback()
    assert broken is not None
    assert (str(broken.case_id), broken.sequence) == (case_id, sequence)
    assert reason in str(broken)


async def test_anchors_bind_the_days_and_show_what_was_altered_later(
    postgres: Cluster, capsys: pytest.CaptureFixture[str]
) -> None:
    async with service_under_test(postgres, SERVICE) as service:
        desk = Desk(service, await settled_country(service))
        case_id = await worked(desk)
        today = datetime.now(UTC)
        async with service.connection() as connection:
            first = await anchor(connection, today)
            assert first is not None
            assert first["entries"] == 6
            assert await anchor(connection, today) is None, "one a day"
            await desk.file()
            await service.sequenced()
            second = await anchor(connection, today + DAY)
            assert second is not None
            assert (second["entries"], second["after_position"]) == (1, first["position"])
            assert await first_bad_anchor(connection) is None
            assert await verify_chains(connection) == 0
            assert capsys.readouterr().out.endswith("every chain holds\n")

            published = (await service.call("GET", "/v1/public/anchors", caller=service.anonymous())).json()["items"]
            assert [item["digest"] for item in published] == [second["digest"].hex(), first["digest"].hex()]

            # Somebody rewrites the last entry with all its hashes, the case's head too: chains hold, the anchor doesn't.
            await connection.execute(
                """UPDATE case_history h SET public = '{}', canonical = t.canonical, chain = sha256(p.chain || t.canonical)
                   FROM case_history p, LATERAL (SELECT convert_to(replace(
                        convert_from(x.canonical, 'UTF8'), '"to_state":"in_progress"', '"to_state":"paused"'), 'UTF8')
                        AS canonical FROM case_history x WHERE x.case_id = $1 AND x.sequence = 6) t
                   WHERE h.case_id = $1 AND h.sequence = 6 AND p.case_id = $1 AND p.sequence = 5""",
                case_id,
            )
            await connection.execute(
                "UPDATE case_history SET to_state = 'paused', public = (convert_from(canonical, 'UTF8')::jsonb) -> 'public' "
                "WHERE case_id = $1 AND sequence = 6",
                case_id,
            )
            await connection.execute(
                "UPDATE cases SET chain = (SELECT chain FROM case_history WHERE case_id = $1 AND sequence = 6) WHERE id = $1",
                case_id,
            )
            assert (await walk(connection)).broken is None
            assert await first_bad_anchor(connection) == first["day"]
            assert await verify_chains(connection) == 1
            assert f"BROKEN anchor of {first['day']}" in capsys.readouterr().out


async def test_the_command_makes_todays_anchor_once(postgres: Cluster, capsys: pytest.CaptureFixture[str]) -> None:
    async with service_under_test(postgres, SERVICE) as service, service.connection() as connection:
        assert await make_anchor(connection) == 0
        assert await make_anchor(connection) == 0
        assert capsys.readouterr().out.endswith("today is anchored already\n")


async def test_an_operator_verifies_from_the_command_line(postgres: Cluster) -> None:
    async with service_under_test(postgres, SERVICE) as service:
        for command in ("anchor", "verify-chains"):
            databases.run_command("complaints", command, service.url)
