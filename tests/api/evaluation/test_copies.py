"""Copies of answers: all of them are in at the end, a refusal is raised, and the connection is free whatever happens."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import asyncpg
import pytest

from api.evaluation.conftest import ELEMENTS, Office
from chassis.data.pool import Connection
from chassis.ops.identifiers import new_ids
from evaluation.surveys.answers import Counted, circumstances
from evaluation.surveys.copies import Copies
from evaluation.surveys.copying import Rows
from evaluation.surveys.entries import Entry

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)


def entries(ids: Sequence[UUID]) -> list[Entry]:
    told = circumstances("paper", None, (None,) * 5)
    counted = Counted(ELEMENTS, (4,) * 9, None, date(2026, 3, 2), told)
    return [Entry(identifier, counted, NOW, None, brought=False) for identifier in ids]


async def kept(connection: Connection, survey_id: UUID) -> int:
    found: int = await connection.fetchval("SELECT count(*) FROM survey_responses WHERE survey_id = $1", survey_id)
    return found


async def copy(connection: Connection, survey_id: UUID, *portions: Sequence[UUID], fails: bool = False) -> None:
    """In a transaction of its own; one that `fails` does so while the last portion is copied."""
    async with connection.transaction(), Copies(connection, Rows(survey_id, len(ELEMENTS), NOW)) as copies:
        for portion in portions:
            await copies.begin(entries(portion))
        if fails:
            raise LookupError


async def test_every_portion_is_in_at_the_end(office: Office) -> None:
    survey_id = UUID((await office.survey())["id"])
    async with office.service.connection() as connection:
        await copy(connection, survey_id, *(new_ids(size) for size in (3, 0, 250, 1)))
        assert await kept(connection, survey_id) == 254


@pytest.mark.parametrize("after", [[], [new_ids(2)]], ids=["the last", "one before others"])
async def test_what_postgresql_has_against_a_portion_is_raised(office: Office, after: list[list[UUID]]) -> None:
    survey_id = UUID((await office.survey())["id"])
    async with office.service.connection() as connection:
        with pytest.raises(asyncpg.UniqueViolationError):
            await copy(connection, survey_id, new_ids(1) * 2, *after)
        assert await kept(connection, survey_id) == 0


async def test_a_copy_that_is_refused_before_it_asks_for_rows_holds_up_nobody(office: Office) -> None:
    survey_id = UUID((await office.survey())["id"])
    async with office.service.connection() as connection:
        await connection.execute("SET default_transaction_read_only = on")
        try:
            with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
                await copy(connection, survey_id, new_ids(2))
        finally:
            await connection.execute("RESET default_transaction_read_only")
        assert await kept(connection, survey_id) == 0


async def test_what_fails_meanwhile_leaves_the_connection_free(office: Office) -> None:
    survey_id = UUID((await office.survey())["id"])
    async with office.service.connection() as connection:
        with pytest.raises(LookupError):
            await copy(connection, survey_id, new_ids(500), fails=True)
        assert await kept(connection, survey_id) == 0
