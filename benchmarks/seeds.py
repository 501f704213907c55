"""Cases as years of use leave them: with history, custody, duties and sealed reporters, made without a database. Pure.

Every twentieth belongs to the officer's institution. The same number gives the same case in every run.
"""

import hashlib
import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from benchmarks.country import Institution, named
from complaints.reporters.codes import new_code

HOME_EVERY = 20
SPAN = timedelta(days=730)
BATCH = 10_000
_PREFIX = 0x0190000000007000 << 64 | 0x8000 << 48
_SPREAD = 0x9E3779B97F4A7D
"""An odd factor: the product of each number with it is another one, however many bits are kept."""
_STATES = ("closed", "resolved", "in_progress", "assigned", "verified", "submitted")
_WEIGHTS = (55, 10, 20, 8, 4, 3)
_CATEGORIES = ("population", "health", "transport", "environment_and_forestry", "education_and_culture", "waters")
_SUBJECTS = (
    "Lampu jalan mati", "KTP belum jadi", "Jalan berlubang", "Sampah tidak diangkut", "Petugas tidak ramah",
    "Izin usaha tertunda", "Air bersih tidak mengalir", "Antrean loket panjang", "Pungutan tanpa kuitansi",
)  # fmt: skip
_PLACES = ("di depan pasar", "di dekat sekolah", "di kantor lurah", "di jalan raya", "di puskesmas", "di terminal")
_STORY = (
    "Sudah tiga minggu saya menunggu dan belum ada kabar dari petugas. Saya datang dua kali, diminta kembali minggu "
    "depan, lalu berkas dikatakan belum lengkap padahal tanda terima sudah ada. Mohon ditindaklanjuti."
)
_SCENE = tuple(f"{subject} {place}" for subject in _SUBJECTS for place in _PLACES)


class Rule(NamedTuple):
    """A rule of a deadline policy, which duties name."""

    policy_code: str
    policy_version: int
    number: int
    stage: str


COLUMNS = {
    "cases": (
        "id", "tracking_code", "type", "state", "case_class", "custody", "title", "body", "category", "region_code",
        "channel", "anonymous", "confidential", "service_id", "institution_id", "unit_id", "received_at",
        "file_complete_at", "resolved_at", "closed_at", "due_at", "late", "legal_clock", "rating", "version", "chain",
        "created_at", "updated_at",
    ),
    "case_history": (
        "case_id", "sequence", "action", "actor", "from_state", "to_state", "at", "public", "internal", "canonical",
        "chain",
    ),
    "custody_intervals": ("case_id", "sequence", "from_at", "institution_id", "unit_id", "reason"),
    "deadline_duties": (
        "id", "case_id", "stage", "policy_code", "policy_version", "rule_number", "party", "started_at", "stopped_at",
        "result", "due_at", "calendar_code", "calendar_version", "check_at",
    ),
    "reporters": ("case_id", "kind", "key_version", "nonce", "sealed", "phone_index"),
}  # fmt: skip
"""The columns of each table, in the order in which tables depend on each other."""


def case_id(number: int) -> UUID:
    """The id of a loaded case, counted from 1; statements and requests.lua compute the same."""
    return UUID(int=_PREFIX | number)


def tracking_code(number: int) -> str:
    """The code of a loaded case: well formed, and its own."""
    return new_code(lambda below: number * _SPREAD % below)


def batches(
    count: int, *, institutions: Sequence[Institution], rules: Sequence[Rule], end: datetime
) -> Iterator[dict[str, list[tuple[Any, ...]]]]:
    """The rows of `count` cases by table, in batches. The last was received just before `end`."""
    sections = [institution.sections() for institution in institutions]
    chance = random.Random(20_260_101)
    for first in range(1, count + 1, BATCH):
        rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in COLUMNS}
        for number in range(first, min(first + BATCH, count + 1)):
            where = 0 if number % HOME_EVERY == 0 else 1 + (number * 7_919) % (len(institutions) - 1)
            unit = sections[where][(number // HOME_EVERY) % len(sections[where])]
            received = end - SPAN * (1 - number / count) - timedelta(minutes=1)
            _add(rows, number, institutions[where], unit=unit, received=received, end=end, rules=rules, chance=chance)
        yield rows


def _add(
    rows: dict[str, list[tuple[Any, ...]]],
    number: int,
    institution: Institution,
    *,
    unit: UUID,
    received: datetime,
    end: datetime,
    rules: Sequence[Rule],
    chance: random.Random,
) -> None:
    id_ = case_id(number)
    state = chance.choices(_STATES, _WEIGHTS)[0]
    chain = hashlib.sha256(id_.bytes).digest()
    done = received + timedelta(days=chance.randrange(1, 20)) if state in ("closed", "resolved") else None
    closed = done + timedelta(days=10) if done is not None and state == "closed" else None
    # Nothing is overdue: the scanner would work through it while others are measured.
    due = None if done else end + timedelta(days=2 + number % 30)
    steps = ["submitted", state] if state != "submitted" else ["submitted"]
    scene = chance.choice(_SCENE)
    rows["cases"].append((
        id_, tracking_code(number), "complaint", state, "non_supervisory", "ordinary", f"{scene} nomor {number}",
        f"{scene}. {_STORY}", _CATEGORIES[number % len(_CATEGORIES)], institution.region_code, "website", False, False,
        named_service(unit), institution.id, unit if state != "submitted" else None, received, received, done, closed,
        due, number % 10 == 0, True, 1 + number % 5 if closed else None, len(steps), chain, received, received,
    ))  # fmt: skip
    before = None
    for sequence, after in enumerate(steps, 1):
        actor = {"kind": "account", "roles": ["officer"]}
        rows["case_history"].append((
            id_, sequence, "filing" if before is None else "assignment", actor, before, after, received,
            {"channel": "website"}, {"custody": "ordinary"}, b"canonical " * 40, chain,
        ))  # fmt: skip
        before = after
    rows["custody_intervals"].append((id_, 1, received, institution.id, unit, "filing"))
    for place, rule in enumerate(rules):
        rows["deadline_duties"].append((
            UUID(int=id_.int | (place + 1) << 48), id_, rule.stage, rule.policy_code, rule.policy_version, rule.number,
            "agency", received, done, "met" if done else None, due or received + timedelta(days=14), "national", 1, due,
        ))  # fmt: skip
    rows["reporters"].append((id_, "individual", 1, chain[:12], chain * 6, chain))


def named_service(unit: UUID) -> UUID:
    """The first service of a unit."""
    return named("service", unit, 0)
