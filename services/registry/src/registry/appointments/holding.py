"""Which role belongs at which place, how many may hold it, and what is unusual about an acting holder. Pure."""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple

from chassis.http.languages import Text
from directory.roles import NATIONAL_ADMIN, OMBUDSMAN, RESPONSIBLE_OFFICER, SUPERVISOR, UNIT_HEAD, counts_as_holder

AT_INSTITUTIONS = frozenset({SUPERVISOR, RESPONSIBLE_OFFICER, "institution_admin", NATIONAL_ADMIN, OMBUDSMAN})
"""Roles of a whole institution: one Pembina, one Penanggung jawab answer for all of it (UU 25/2009 art. 6-7)."""
AT_UNITS = frozenset({UNIT_HEAD})
SINGLE = frozenset({SUPERVISOR, RESPONSIBLE_OFFICER, UNIT_HEAD, "information_officer", "information_officer_superior"})
"""At most one holder at an instant, as the vocabulary says and the table's exclusions enforce."""

_TOO_LONG = Text(
    "Masa penugasan {kind} melampaui batas {limit} (UU 30/2014 pasal 14 dan aturan pelaksanaannya).",
    "The term of a {kind} exceeds the limit of {limit} (UU 30/2014 art. 14 and the rules under it).",
)
_TOO_SHORT = Text("Masa penugasan {kind} kurang dari {limit}.", "The term of a {kind} is below the minimum of {limit}.")
_OPEN = Text(
    "Masa penugasan {kind} belum mempunyai akhir, padahal dibatasi {limit}.",
    "The term of a {kind} has no end, though it is limited to {limit}.",
)
_TOO_OFTEN = Text(
    "Masa penugasan {kind} hanya dapat diperpanjang {limit} kali.",
    "The term of a {kind} can be extended {limit} times only.",
)
_REACHED = Text(
    "Batas masa penugasan {kind} tercapai pada {limit}.", "The limit of a {kind}'s term was reached on {limit}."
)
_NEAR = Text("Masa penugasan {kind} berakhir pada {limit}.", "The term of a {kind} ends on {limit}.")
_NO_HOLDER = Text(
    "Tidak ada pejabat yang diwakili: Plh mendampingi pejabat yang berhalangan sementara.",
    "There is no holder to stand beside: a Plh acts while the holder is away for a time.",
)
_SEVERAL = Text(
    "Lebih dari satu Plh mendampingi kursi ini pada masa yang sama.",
    "Several Plh stand beside this seat at the same time.",
)
_UNSIGNED = Text(
    "Tanggal keputusan belum tiba ketika pengangkatan ini dicatat.",
    "The date of the decree hadn't come when the appointment was registered.",
)
_NOT_THE_DEFAULT = Text(
    "Bukan kepala sekretariat; ditunjuk oleh Pembina (UU 25/2009 pasal 7).",
    "Not the head of the secretariat, but appointed by the Pembina (UU 25/2009 art. 7).",
)
_UNFOUNDED = Text(
    "Bukan kepala sekretariat dan penunjukan oleh Pembina tidak disebutkan (UU 25/2009 pasal 7).",
    "Not the head of the secretariat, and no appointment by the Pembina is stated (UU 25/2009 art. 7).",
)
_UNKNOWN = Text(
    "Kepala sekretariat pada hari pertamanya belum tercatat dan penunjukan oleh Pembina tidak disebutkan: dasarnya belum dapat "
    "diperiksa (UU 25/2009 pasal 7).",
    "Who heads the secretariat on the first day isn't on record, and no appointment by the Pembina is stated: on what it rests "
    "can't be told yet (UU 25/2009 art. 7).",
)
_NEITHER = Text(
    "Penanggung jawab adalah kepala sekretariat atau ditunjuk oleh Pembina: sebutkan Pembina yang menunjuknya "
    "(UU 25/2009 pasal 7).",
    "A responsible officer heads the secretariat or is appointed by the Pembina: state the Pembina who appointed "
    "(UU 25/2009 art. 7).",
)
_NOT_THE_SUPERVISOR = Text(
    "Penanggung jawab ditunjuk oleh Pembina yang menjabat pada tanggal keputusan (UU 25/2009 pasal 7).",
    "A responsible officer is appointed by the Pembina in office on the decree's day (UU 25/2009 art. 7).",
)
_NOT_BY_SUPERVISOR = Text(
    "Yang menunjuk bukan Pembina instansi pada tanggal keputusan.",
    "Who appointed wasn't the institution's Pembina on the decree's day.",
)


class Caution(NamedTuple):
    """Something lawful but unusual, told and not refused."""

    code: str
    detail: Text


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an acting kind may last: vocabulary acting_kinds."""

    most_months: int | None = None
    most_days: int | None = None
    least_days: int | None = None
    extensions: int = 0

    @staticmethod
    def of(attributes: Mapping[str, Any]) -> "Limits":
        return Limits(
            attributes.get("default_max_months"),
            attributes.get("default_max_days"),
            attributes.get("default_min_days"),
            attributes.get("default_extensions", 0),
        )

    def latest_end(self, begins: date, extended: int = 0) -> date | None:
        """The first day after the longest term that begins on a day; None without a limit.

        Each extension that is allowed gives the term once more.
        """
        terms = 1 + min(extended, self.extensions)
        if self.most_months is not None:
            return months_later(begins, self.most_months * terms)
        return begins + timedelta(days=self.most_days * terms) if self.most_days is not None else None

    def spelt(self) -> Text:
        if self.most_months is not None:
            return Text(f"{self.most_months} bulan", f"{self.most_months} months")
        return Text(f"{self.most_days} hari", f"{self.most_days} days")


def is_single(role: str, acting: str) -> bool:
    """Whether a second holder of this role and kind would be one too many: a Plh stands beside, all others fill the seat."""
    return role in SINGLE and counts_as_holder(acting)


def months_later(day: date, months: int) -> date:
    """The same day some months later; the month's last if it has no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))


def term_warnings(acting: str, begins: date, ends: date | None, limits: Limits, *, extended: int = 0) -> list[Caution]:
    """What is unusual about the length of an acting holder's term; `ends` is exclusive, `extended` how often it was."""
    latest = limits.latest_end(begins, extended)
    if latest is None:
        return []
    found = _length_warnings(acting, begins, ends, latest, limits)
    if extended > limits.extensions:
        most = Text(str(limits.extensions), str(limits.extensions))
        found.append(Caution("extended_too_often", _filled(_TOO_OFTEN, acting, most)))
    return found


def limit_warnings(
    acting: str, begins: date, ends: date | None, limits: Limits, *, extended: int, day: date
) -> list[Caution]:
    """What is to be known on a day of an acting holder who is in office: the limit is reached, or comes within two weeks."""
    latest = limits.latest_end(begins, extended)
    if latest is None or day < begins or (ends is not None and ends <= day):
        return []
    if latest <= day:
        return [Caution("acting_limit_reached", _filled(_REACHED, acting, Text(str(latest), str(latest))))]
    last = latest if ends is None else min(latest, ends)
    if last - NEAR <= day:
        return [Caution("acting_limit_near", _filled(_NEAR, acting, Text(str(last), str(last))))]
    return []


NEAR = timedelta(days=14)
"""So long before its end a term is told of: time to prepare a decree."""


def _filled(text: Text, acting: str, limit: Text) -> Text:
    kind = acting.capitalize()
    return Text(text.id.format(kind=kind, limit=limit.id), text.en.format(kind=kind, limit=limit.en))


def _length_warnings(acting: str, begins: date, ends: date | None, latest: date, limits: Limits) -> list[Caution]:
    spelt = limits.spelt()
    if ends is None:
        return [Caution("acting_without_end", _filled(_OPEN, acting, spelt))]
    if ends > latest:
        return [Caution("acting_too_long", _filled(_TOO_LONG, acting, spelt))]
    if limits.least_days is not None and (ends - begins).days < limits.least_days:
        least = Text(f"{limits.least_days} hari", f"{limits.least_days} days")
        return [Caution("acting_too_short", _filled(_TOO_SHORT, acting, least))]
    return []


class Term(NamedTuple):
    """Days in office, `ends` exclusive, and how often they were extended."""

    begins: date
    ends: date | None
    extended: int


def line_of_terms(begins: date, extended: int, before: Iterable[Term]) -> tuple[date, int]:
    """Since when a person acts at a seat without a break, and how often that was extended: a further decree extends, too.

    `before`: the person's earlier terms there, the last one first. What ended before the next one began is a term of its own.
    """
    for term in before:
        if term.ends is not None and term.ends < begins:
            break
        begins, extended = min(begins, term.begins), extended + term.extended + 1
    return begins, extended


def decree_warnings(decree_date: date | None, recorded_on: date) -> list[Caution]:
    """A decree that was registered before its date may be there, but nobody can have signed it."""
    if decree_date is None or decree_date <= recorded_on:
        return []
    return [Caution("decree_in_the_future", _UNSIGNED)]


class Grounds(NamedTuple):
    """On what a seat is held, as far as it is on record.

    `heads_secretariat`: on the first day; None: nobody is on record as its head, or the role isn't that of a Penanggung jawab.
    `by_supervisor`: whether who appointed was the Pembina on the decree's day; None: nobody is stated.
    `supervisor_on_record`: somebody fills the Pembina's seat on that day. `has_holder`: somebody fills this seat on the first day.
    `secretariat_on_record`: the institution has one while the seat is held. `others_beside`: another Plh stands beside it meanwhile.
    """

    heads_secretariat: bool | None
    by_supervisor: bool | None
    supervisor_on_record: bool
    has_holder: bool
    secretariat_on_record: bool = False
    others_beside: bool = False


def seat_refusal(role: str, acting: str, grounds: Grounds, *, over: bool) -> Caution | None:
    """Why somebody can't be the Penanggung jawab by this appointment (UU 25/2009 art. 7).

    Where there is a secretariat, he is its head or says who appointed him; of an appointment that is `over` that is asked only
    where both are on record, as the registry may not reach back so far.
    """
    if role != RESPONSIBLE_OFFICER:
        return None
    if grounds.by_supervisor is False:
        return Caution("not_the_supervisor", _NOT_THE_SUPERVISOR)
    if grounds.heads_secretariat or grounds.by_supervisor or not counts_as_holder(acting):
        return None
    somebody_else = grounds.heads_secretariat is False and grounds.supervisor_on_record
    if somebody_else or (grounds.secretariat_on_record and not over):
        return Caution("appointment_unfounded", _NEITHER)
    return None


def seat_warnings(role: str, acting: str, grounds: Grounds) -> list[Caution]:
    """What is unusual about who holds a seat and by whose appointment, by what is on record when it is asked."""
    found = []
    if role in SINGLE and not counts_as_holder(acting) and not grounds.has_holder:
        found.append(Caution("no_holder_to_stand_beside", _NO_HOLDER))
    if grounds.others_beside:
        found.append(Caution("several_stand_beside", _SEVERAL))
    if role == RESPONSIBLE_OFFICER and not grounds.heads_secretariat:
        if grounds.heads_secretariat is None:
            if not grounds.by_supervisor:
                found.append(Caution("foundation_unknown", _UNKNOWN))
        elif grounds.by_supervisor:
            found.append(Caution("not_head_of_secretariat", _NOT_THE_DEFAULT))
        else:
            found.append(Caution("appointment_unfounded", _UNFOUNDED))
    elif grounds.by_supervisor is False and role != SUPERVISOR:
        found.append(Caution("not_appointed_by_supervisor", _NOT_BY_SUPERVISOR))
    return found
