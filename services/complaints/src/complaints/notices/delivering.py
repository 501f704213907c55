"""The task that hands queued messages to their adapters: leased, tried again for a day, then given up.

At least once: a message whose handing over was cut is sent again, under the same id.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from fastapi import FastAPI

from chassis.data.pool import Pool
from chassis.data.statements import Row, Statement
from chassis.data.transactions import begin
from complaints.keys import CaseKeys
from complaints.notices.adapters import Adapter, Message, SendFailed
from complaints.notices.rules import shown_kind
from complaints.notices.texts import letter, short
from complaints.reporters.queries import find_reporter
from complaints.reporters.sealing import SealBroken, unseal

LOOK_EVERY_S = 2.0
LEASE = timedelta(minutes=2)
PAUSES = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000))
"""Between attempts: eighteen hours in all, as long as a mail server may be away."""
_ADDRESS = {"email": "email", "sms": "phone", "whatsapp": "phone"}

_TAKE = Statement("""
UPDATE deliveries SET attempts = attempts + 1, next_attempt_at = CAST(:until AS timestamptz)
WHERE id = (SELECT id FROM deliveries WHERE next_attempt_at <= CAST(:now AS timestamptz)
            ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, notice_id, channel, attempts
""")
_ABOUT = Statement("""
SELECT n.kind, n.case_id, c.custody, c.tracking_code
FROM notices n JOIN cases c ON c.id = n.case_id WHERE n.id = CAST(:id AS uuid)
""")
_DONE = Statement("""
UPDATE deliveries SET state = :state, sent_at = CAST(:sent_at AS timestamptz), error = :error,
       next_attempt_at = CAST(:next AS timestamptz)
WHERE id = CAST(:id AS uuid) AND attempts = CAST(:attempt AS integer) AND state = 'queued'
""")

log = structlog.get_logger("complaints.delivery")


async def run(app: FastAPI) -> None:
    """Send until cancelled."""
    state = app.state
    settings = state.settings
    address = (settings.public_url or settings.gateway_url).rstrip("/")
    while True:
        sent = await send_next(state.side_pool, state.adapters, state.case_keys, address=address, now=state.clock())
        if not sent:
            await asyncio.sleep(LOOK_EVERY_S)


async def send_next(
    pool: Pool, adapters: Mapping[str, Adapter], keys: CaseKeys, *, address: str, now: datetime
) -> bool:
    """Send the message that waits longest; False if none is due."""
    async with begin(pool) as connection:
        delivery = await _TAKE.fetchrow(connection, now=now, until=now + LEASE)
        if delivery is None:
            return False
        about = await _ABOUT.fetchrow(connection, id=delivery["notice_id"])
        assert about is not None
        sealed = await find_reporter(connection, about["case_id"])
    outcome = await _hand_over(delivery, about, sealed, adapters, keys, address, now)
    async with begin(pool) as connection:
        await _DONE.execute(connection, id=delivery["id"], attempt=delivery["attempts"], **outcome)
    return True


async def _hand_over(
    delivery: Row,
    about: Row,
    sealed: Row | None,
    adapters: Mapping[str, Adapter],
    keys: CaseKeys,
    address: str,
    now: datetime,
) -> dict[str, Any]:
    """Send it; the columns that say what became of it."""
    channel, kind = delivery["channel"], shown_kind(about["kind"], about["custody"])
    try:
        given = unseal(keys, about["case_id"], sealed) if sealed is not None else {}
        to, adapter = given.get(_ADDRESS[channel]), adapters.get(channel)
        if not to or adapter is None:
            raise SendFailed("no_address" if not to else "no_adapter", final=True)
        subject, text = letter(kind, about["custody"], code=about["tracking_code"], address=address)
        if channel != "email":
            text = short(kind, about["custody"], code=about["tracking_code"])
        await adapter.send(Message(str(delivery["id"]), kind, to, subject, text))
    except SealBroken:
        return _failed("seal_broken")
    except SendFailed as error:
        tries = delivery["attempts"]
        log.warning("not_sent", channel=channel, reason=error.reason, attempt=tries)
        if error.final:
            return _failed(error.reason)
        return _later(error.reason, tries, now)
    except Exception:
        # Its own fault, or the adapter's: it is tried again like any other, and ends like any other.
        log.exception("not_sent", channel=channel, attempt=delivery["attempts"])
        return _later("unexpected", delivery["attempts"], now)
    return {"state": "sent", "sent_at": now, "error": None, "next": None}


def _later(reason: str, tries: int, now: datetime) -> dict[str, Any]:
    if tries > len(PAUSES):
        return _failed(reason)
    return {"state": "queued", "sent_at": None, "error": reason, "next": now + PAUSES[tries - 1]}


def _failed(reason: str) -> dict[str, Any]:
    return {"state": "failed", "sent_at": None, "error": reason, "next": None}
