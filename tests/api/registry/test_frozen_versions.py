"""What the decree fixed is fixed: nothing of a stipulated version or of how it came about changes, whoever asks the database."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from api.registry.standards_stage import (
    Agency,
    build_agency,
    consult,
    decree,
    draft,
    finalise,
    minutes,
    publication,
    published,
)
from support.services import ServiceUnderTest

ROUND = "consultation_id IN (SELECT id FROM consultations WHERE standard_id = $1)"
SESSION = f"session_id IN (SELECT id FROM consultation_sessions WHERE {ROUND})"
CHARTER = "charter_id IN (SELECT charter_id FROM charter_standards WHERE standard_id = $1)"
ROWS_OF = {
    "standards": "id = $1",
    "standard_moves": "standard_id = $1",
    "consultations": "standard_id = $1",
    "consultation_participants": ROUND,
    "consultation_sessions": ROUND,
    "session_attendance": SESSION,
    "comments": "standard_id = $1",
    "minutes": ROUND,
    "agreement_follow_ups": ROUND,
    "offer_dispositions": "standard_id = $1",
    "stipulations": "standard_id = $1",
    "publications": "standard_id = $1",
    "charters": CHARTER.replace("charter_id IN", "id IN", 1),
    "charter_signings": CHARTER,
    "charter_standards": "standard_id = $1",
}
"""Each table that holds part of a version, and which rows are a version's."""
GOES_ON = {
    "standards": {"state", "effective_to", "review_due_on", "charter_state", "reviewed_on", "revision", "changed_at"},
}
"""What is told of a version after its decree: where it stands."""
KEPT_BY_THE_DATABASE = {("standards", "recorded_at"), ("standards", "in_force_during")}


@pytest.fixture
async def agency(registry: ServiceUnderTest) -> Agency:
    return await build_agency(registry)


async def answered(agency: Agency) -> str:
    """A published version of whose making every kind of record is left."""
    standard_id = await draft(agency)
    await consult(agency, standard_id)
    said = await agency.call("POST", f"/standards/{standard_id}/comments", by=None, json={"body": "Mengapa?"})
    answer = {"disposition": "answered", "reason": "Sudah dijelaskan."}
    await agency.act(standard_id, f"comments/{said.json()['id']}/disposition", answer, match=False)
    async with agency.registry.connection() as connection:
        await connection.execute(
            """INSERT INTO offer_dispositions (standard_id, case_id, disposition, reason, disposed_by, disposed_at)
               VALUES ($1, gen_random_uuid(), 'rejected', 'Di luar layanan ini.', 'client:x', now())""",
            standard_id,
        )
    await finalise(agency, standard_id)
    await agency.act(standard_id, "minutes", minutes(), match=False)
    assert (await agency.act(standard_id, "stipulation", decree())).status_code == 200
    assert (await agency.act(standard_id, "publication", publication())).status_code == 200
    done = {"agreement": 1, "state": "in_progress", "report": "Jadwal disusun."}
    assert (await agency.call("POST", f"/standards/{standard_id}/minutes/follow-up", json=done)).status_code == 201
    return standard_id


async def refused(connection: asyncpg.Connection, statement: str, standard_id: str) -> bool:
    """Whether the database refuses it because the version is frozen, at the commit at the latest; nothing is changed in any case."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute(statement, UUID(standard_id))
        await connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except asyncpg.CheckViolationError as refusal:
        return refusal.constraint_name in ("standards_frozen", "charters_statements")
    else:
        return False
    finally:
        await transaction.rollback()


OTHER_VALUES: Mapping[str, str] = {
    "uuid": "gen_random_uuid()",
    "text": "coalesce({0}, '') || 'x'",
    "text[]": "array_append(coalesce({0}, '{{}}'), 'x')",
    "jsonb": """'{{"x": 1}}'""",
    "date": "coalesce({0}, '2026-01-01') + 1",
    "boolean": "NOT {0}",
    "integer": "{0} + 1",
    "bigint": "{0} + 1",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 day'",
}
"""Another value than a column's own, by its type."""


async def columns_of(connection: asyncpg.Connection, table: str) -> list[tuple[str, str]]:
    rows = await connection.fetch(
        """SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
           WHERE attrelid = CAST($1 AS regclass) AND attnum > 0 AND NOT attisdropped AND attidentity = ''""",
        table,
    )
    return [(name, kind) for name, kind in rows if (table, name) not in KEPT_BY_THE_DATABASE]


async def test_nothing_of_a_version_changes_after_its_decree(agency: Agency) -> None:
    standard_id = await answered(agency)
    async with agency.registry.connection() as connection:
        for table, whose in ROWS_OF.items():
            rows = await connection.fetchval(f"SELECT count(*) FROM {table} WHERE {whose}", UUID(standard_id))
            assert rows, table
            assert await refused(connection, f"DELETE FROM {table} WHERE {whose}", standard_id), table
            for name, kind in await columns_of(connection, table):
                if name in GOES_ON.get(table, ()):
                    continue
                value = OTHER_VALUES[kind].format(name)
                statement = f"UPDATE {table} SET {name} = {value} WHERE {whose}"
                assert await refused(connection, statement, standard_id), f"{table}.{name}"


async def test_nothing_is_added_to_how_a_version_came_about(agency: Agency) -> None:
    standard_id = await answered(agency)
    async with agency.registry.connection() as connection:
        for table, columns in (
            ("consultations", "gen_random_uuid(), standard_id, 9, topic, method, team, opened_at"),
            ("consultation_participants", "gen_random_uuid(), consultation_id, 'mass_media', 'Bali Post', NULL, now()"),
            ("consultation_sessions", "gen_random_uuid(), consultation_id, held_on, method, place, 'Lagi', now()"),
            ("session_attendance", "session_id, gen_random_uuid()"),
            ("comments", "gen_random_uuid(), standard_id, consultation_id, 'fee', 'Mahal', NULL, now()"),
            ("offer_dispositions", "standard_id, gen_random_uuid(), 'rejected', 'Tidak', NULL, NULL, 'x', now()"),
        ):
            statement = f"INSERT INTO {table} SELECT {columns} FROM {table} WHERE {ROWS_OF[table]} LIMIT 1"
            assert await refused(connection, statement, standard_id), table


async def test_every_table_of_a_version_is_guarded(agency: Agency) -> None:
    async with agency.registry.connection() as connection:
        rows = await connection.fetch("""
            WITH RECURSIVE part(of) AS (
                SELECT unnest(ARRAY['standards', 'charters']::regclass[])
                UNION SELECT CAST(conrelid AS regclass) FROM pg_constraint JOIN part ON confrelid = part.of
                WHERE contype = 'f')
            SELECT CAST(of AS text) FROM part""")
        assert {row[0] for row in rows} == set(ROWS_OF)
        for table in ROWS_OF:
            with pytest.raises(asyncpg.CheckViolationError):
                await connection.execute(f"TRUNCATE {table} CASCADE")


async def test_a_version_that_is_over_stays_over(agency: Agency) -> None:
    standard_id = await published(agency)
    revoked = await agency.act(standard_id, "revocation", decree(reason="Layanan dihentikan."))
    assert revoked.status_code == 200, revoked.text
    async with agency.registry.connection() as connection:
        assert await refused(connection, "UPDATE standards SET state = 'published' WHERE id = $1", standard_id)


async def test_a_charter_says_what_was_signed_last(agency: Agency) -> None:
    standard_id = await answered(agency)
    charter = "SELECT charter_id FROM charter_standards WHERE standard_id = $1"
    signed = f"""INSERT INTO charter_signings (charter_id, ordinal, statements, signer, signed_on, recorded_at)
        SELECT id, 2, statements, '{{"name": "Orang lain"}}', signed_on, now() FROM charters WHERE id IN ({charter})"""
    changed = """UPDATE charters SET signer = '{"name": "Orang lain"}', number = NULL WHERE id IN (SELECT charter_id FROM signed)"""
    async with agency.registry.connection() as connection:
        assert await refused(connection, signed, standard_id), "it was signed, and doesn't say so"
        assert not await refused(connection, f"WITH signed AS ({signed} RETURNING charter_id) {changed}", standard_id)


async def test_what_was_agreed_is_followed_up_and_the_charter_signed_anew(agency: Agency) -> None:
    standard_id = await answered(agency)
    done = {"agreement": 1, "state": "done", "report": "Layanan keliling berjalan."}
    told: Any = await agency.call("POST", f"/standards/{standard_id}/minutes/follow-up", json=done)
    assert (told.status_code, told.json()["agreements"][0]["state"]) == (201, "done")
    signature = {"signer": {"name": "I Gede Putra", "post": "Kepala Bidang"}, "signed_on": "2026-02-01"}
    signed = await agency.act(standard_id, "charter/signature", signature)
    assert signed.status_code in (200, 201), signed.text
