"""What a row of a recap from SP4N-LAPOR! counts for: as `facts`, over the row of `recap_cases`, so far as LAPOR! tells it.

It has no text, no clock of ours and no service. A follow-up is LAPOR!'s own word for the agency's answer.
"""

from complaints.statistics import facts

_STATE = "recap_cases.state"


def _if(condition: str) -> str:
    return f"CAST({condition} AS integer)"


def _in(*states: str) -> str:
    return f"{_STATE} IN (" + ", ".join(f"'{state}'" for state in states) + ")"


def _days(name: str, column: str, condition: str = "true") -> str:
    """Whole days; none for an end on the day of receipt, which may be told without its time."""
    elapsed = f"greatest(0, floor(extract(epoch FROM recap_cases.{column} - recap_cases.received_at) / 86400))"
    known = f"recap_cases.{column} IS NOT NULL AND {condition}"
    return f"CASE WHEN {known} THEN 'days:{name}:' || CAST({elapsed} AS integer) END"


_FINISHED = _in(*facts.FINISHED)
_ANSWERED = _if(f"recap_cases.followed_up_at IS NOT NULL OR {_in('responded', *facts.FINISHED)}")
_SPREAD = [
    _days("verification", "disposed_at"),
    _days("follow_up", "followed_up_at"),
    _days("resolution", "closed_at", _FINISHED),
    "'rating:' || recap_cases.rating",
]
_STATED: dict[str, str] = {
    "source": f"'{facts.LAPOR}'",
    "at": "recap_cases.received_at",
    "day": f"CAST(timezone('{facts.ZONE}', recap_cases.received_at) AS date)",
    "service_id": "CAST(NULL AS uuid)",
    "channel": "'lapor'",
    "confidential": "false",
    "due_at": "CAST(NULL AS timestamptz)",
    "filed": "1",
    "matters": _if(f"NOT {_in('merged')}"),
    "verified": _if(f"recap_cases.disposed_at IS NOT NULL OR NOT {_in('submitted', 'awaiting_completion')}"),
    "answered": _ANSWERED,
    "followed_up": _ANSWERED,
    "resolved": _if(_FINISHED),
    **{state: _if(_in(state)) for state in facts.ENDED_OTHERWISE},
    "open": _if(f"NOT {_in(*facts.FINISHED, *facts.ENDED_OTHERWISE)}"),
    "rated": _if("recap_cases.rating IS NOT NULL"),
    "rating_sum": "coalesce(recap_cases.rating, 0)",
    "transfers": _if(_in("referred_out")),
    "spread": f"array_remove(ARRAY[{', '.join(_SPREAD)}], NULL)",
}
_OWN = ("id", "institution_id", "unit_id", "type", "case_class", "state", "category", "region_code")
COLUMNS: dict[str, str] = {
    name: _STATED.get(name, f"recap_cases.{name}" if name in _OWN else "0") for name in facts.COLUMNS
}
"""An expression for each column of `case_tallies`; what LAPOR! doesn't tell is none."""
