"""Cases brought into each state of the lifecycle, for tests of what may be done there."""

from collections.abc import Awaitable, Callable
from typing import Any

from support.filings import Desk

ANSWER = {
    "kind": "substantive",
    "body": "Kartu dicetak pada 5 Maret dan dapat diambil di loket 3.",
    "proposed_outcome": "fixed",
}
RESOLVED = {"outcome_code": "fixed", "proof": [{"kind": "photo_after", "note": "Foto kartu"}]}
Filed = dict[str, Any]
Step = Callable[[Desk, Filed], Awaitable[None]]


async def say(desk: Desk, filed: Filed, action: str, body: dict[str, Any]) -> None:
    """What the reporter does by code and PIN; must succeed."""
    caller = await desk.tracking(filed)
    path = f"/v1/complaints/{filed['id']}/{action}"
    reply = await desk.service.call("POST", path, caller=caller, json=body)
    assert reply.status_code == 201, reply.text


def officer(action: str, name: str, body: dict[str, Any] | None = None) -> Step:
    """An officer's action as a step; a `unit` in the body names a unit of the country."""

    async def step(desk: Desk, filed: Filed) -> None:
        sent = dict(body or {})
        for key in ("unit", "proposed_unit"):
            if key in sent:
                sent[f"{key}_id"] = str(getattr(desk.country, sent.pop(key)))
        await desk.done(filed["id"], action, name, sent)

    return step


def reporter(action: str, body: dict[str, Any]) -> Step:
    """The reporter's action as a step."""

    async def step(desk: Desk, filed: Filed) -> None:
        await say(desk, filed, action, body)

    return step


async def join(desk: Desk, filed: Filed) -> None:
    """Merge the case into a new one."""
    parent = await desk.file()
    await desk.done(filed["id"], "merge", "admin", {"parent_id": parent["id"], "reason": "Pokok yang sama."})


HANDOVER = {"reference": "5/X", "date": "2025-11-03"}
VERIFY = officer("verification", "admin", {"complete": True})
ASSIGNED = (
    VERIFY,
    officer("classification", "admin", {"class": "non_supervisory", "category": "population"}),
    officer("assignment", "admin", {"unit": "counter"}),
)
WORKED = (*ASSIGNED, officer("acceptance", "liaison"))
ANSWERED = (*WORKED, officer("response", "liaison", ANSWER), officer("approval", "head", {"decision": "approved"}))
DONE = (*ANSWERED, officer("resolution", "liaison", RESOLVED))
OTHER = {"reason": "other_unit", "explanation": "Bukan kami."}
WAYS: dict[str, tuple[Step, ...]] = {
    "submitted": (),
    "awaiting_completion": (officer("verification", "admin", {"complete": False, "missing": ["Tanggal"]}),),
    "verified": ASSIGNED[:2],
    "assigned": ASSIGNED,
    "in_arbitration": (
        *ASSIGNED,
        officer("refusal", "liaison", OTHER | {"proposed_unit": "works"}),
        officer("assignment", "admin", {"unit": "works"}),
        officer("refusal", "works_liaison", OTHER | {"proposed_unit": "counter"}),
    ),
    "in_progress": WORKED,
    "paused": (*WORKED, officer("pause", "liaison", {"reason": "awaiting_field_work"})),
    "awaiting_approval": (*WORKED, officer("response", "liaison", ANSWER)),
    "responded": ANSWERED,
    "resolved": DONE,
    "under_appeal": (*DONE, reporter("appeal", {"reason": "Tidak sesuai bukti."})),
    "closed": (*DONE, reporter("reply", {"satisfied": True})),
    "archived": (officer("archival", "admin", {"reason": "wrong_format", "explanation": "Formulir salah."}),),
    "withdrawn": (reporter("withdrawal", {"reason": "Sudah selesai."}),),
    "merged": (VERIFY, join),
    "referred_out": (
        officer("referral", "admin", {"body": "police", "explanation": "Tindak pidana.", "handover": HANDOVER}),
    ),
}
"""By the state, how a case gets there from its filing."""


async def bring_to(desk: Desk, state: str, caller: dict[str, str] | None = None, **changes: Any) -> Filed:
    """A case in this state: the reply to its filing, by `caller` or anybody."""
    filed = await desk.file(caller, **changes)
    for step in WAYS[state]:
        await step(desk, filed)
    held = (await desk.service.call("GET", f"/v1/complaints/{filed['id']}")).json()
    assert held["state"] == state, held
    return filed
