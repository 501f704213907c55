"""Who must take part in making a standard, and what the disposition of a comment must say. Pure.

UU 25/2009 art. 20; PermenPANRB 15/2014; PermenPANRB 16/2017 (elements of participants).
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, NamedTuple

from chassis.http.languages import Text

PROVIDER = "provider"
SOCIETY = frozenset(
    {
        "service_users",
        "experts_practitioners_academics",
        "related_institutions",
        "civil_society_organisations",
        "mass_media",
    }
)
"""Elements of society; PEKPPP counts how many different ones took part."""
RELATED = frozenset({"related_institutions", "experts_practitioners_academics"})
"""Related parties: those judged competent to advise on the standard (UU 25/2009, explanation of art. 20)."""


class Lack(NamedTuple):
    """Something that participation lacks."""

    pointer: str
    code: str
    detail: Text


def invitation_lacks(invited: Collection[str]) -> list[Lack]:
    """Why a consultation can't open with these elements invited: at least one is of society."""
    if SOCIETY & set(invited):
        return []
    told = Text("Undang paling sedikit satu unsur masyarakat.", "Invite at least one element of society.")
    return [Lack("/participants", "no_element_of_society", told)]


def attendance_lacks(attended: Collection[str]) -> list[Lack]:
    """Why the elements that attended don't suffice: an element of society and, beside it, a related party."""
    elements = SOCIETY & set(attended)
    lacks: list[Lack] = []
    if not elements - RELATED and len(elements) < 2:  # a lone related party doesn't stand for society too
        told = Text("Belum ada unsur masyarakat yang hadir.", "No element of society took part.")
        lacks.append(Lack("/consultation/sessions", "no_element_of_society", told))
    if not elements & RELATED:
        told = Text(
            "Belum ada pihak terkait (instansi terkait atau ahli) yang hadir.",
            "No related party (related institution or expert) took part.",
        )
        lacks.append(Lack("/consultation/sessions", "no_related_party", told))
    return lacks


def signature_lacks(signers: Collection[str] | None) -> list[Lack]:
    """What the minutes lack: they are signed by the provider and at least one element of society. None: no minutes."""
    if signers is None:
        return [Lack("/minutes", "minutes_missing", Text("Berita acara belum ada.", "There are no minutes."))]
    lacks: list[Lack] = []
    if PROVIDER not in signers:
        told = Text("Berita acara belum ditandatangani penyelenggara.", "The provider hasn't signed the minutes.")
        lacks.append(Lack("/minutes", "provider_has_not_signed", told))
    if not SOCIETY & set(signers):
        told = Text(
            "Berita acara belum ditandatangani unsur masyarakat.", "No element of society has signed the minutes."
        )
        lacks.append(Lack("/minutes", "society_has_not_signed", told))
    return lacks


_FUTURE = Text("Tidak boleh di masa depan.", "This can't be in the future.")
_BEFORE_FORUM = Text("Tidak boleh sebelum pertemuannya.", "This can't be before the session.")
_ABSENT = Text("Tidak ada peserta dari unsur ini yang hadir.", "Nobody of this element attended.")
_NOT_HELD = Text("Belum ada pertemuan dengan daftar hadir.", "No session with its attendance is recorded.")


def sessions_lack(held_on: Collection[date]) -> list[Lack]:
    """A round is closed, and its minutes are signed, once a session was held."""
    return [] if held_on else [Lack("/consultation/sessions", "no_session_held", _NOT_HELD)]


def minutes_lacks(
    minutes: Mapping[str, Any], *, held_on: Collection[date], attended: Collection[str], today: date
) -> list[Lack]:
    """What is wrong with minutes {held_on, agreements, signers}: they are signed after the forum, by elements that were there.

    `held_on`: the days of the round's sessions; `attended`: the elements of who came.
    """
    if not held_on:
        return sessions_lack(held_on)
    forum: date = minutes["held_on"]
    begun = min(held_on)
    lacks = _day_lacks("/held_on", forum, since=begun, today=today)
    for index, agreement in enumerate(minutes["agreements"]):
        lacks += _day_lacks(f"/agreements/{index}/due_on", agreement["due_on"], since=forum, today=date.max)
    for index, signer in enumerate(minutes["signers"]):
        lacks += _day_lacks(f"/signers/{index}/signed_on", signer["signed_on"], since=max(forum, begun), today=today)
        if signer["element"] != PROVIDER and signer["element"] not in attended:
            lacks.append(Lack(f"/signers/{index}/element", "element_not_attended", _ABSENT))
    return lacks


def _day_lacks(pointer: str, day: date, *, since: date, today: date) -> list[Lack]:
    if day > today:
        return [Lack(pointer, "in_the_future", _FUTURE)]
    return [Lack(pointer, "before_session", _BEFORE_FORUM)] if day < since else []


def settled_on(held_on: Collection[date], signers: Collection[Mapping[str, Any]]) -> date | None:
    """The day on which the consultation was done: its last session held, and its minutes signed by both sides."""
    days = list(held_on)
    for side in ({PROVIDER}, SOCIETY):
        signed = [date.fromisoformat(signer["signed_on"]) for signer in signers if signer["element"] in side]
        days += [min(signed)] if signed else []
    return max(days, default=None)


WITH_REASON = frozenset({"accepted_partly", "rejected", "out_of_scope", "answered"})
WITH_CHANGE = frozenset({"accepted", "accepted_partly"})
_REASON = Text("Sebutkan alasannya.", "State the reason.")
_CHANGE = Text("Sebutkan komponen yang diubah dan perubahannya.", "Name the component that changes, and how.")
_UNACCEPTED = Text("Hanya masukan yang diterima yang mengubah naskah.", "Only what is accepted changes the text.")
_TARGET = Text("Sebutkan tanggal peninjauannya.", "State the date when it is taken up.")
_PAST = Text("Tidak boleh di masa lalu.", "This can't be in the past.")


def disposition_lacks(
    disposition: str, *, reason: str | None, change: Any, target_on: date | None, today: date
) -> list[Lack]:
    """What a disposition must say beside itself: a tied change, a reason, or the day when it is taken up."""
    lacks: list[Lack] = []
    if disposition in WITH_REASON and not reason:
        lacks.append(Lack("/reason", "missing", _REASON))
    if disposition in WITH_CHANGE and change is None:
        lacks.append(Lack("/change", "missing", _CHANGE))
    if disposition not in WITH_CHANGE and change is not None:
        lacks.append(Lack("/change", "change_not_accepted", _UNACCEPTED))
    if disposition == "deferred" and target_on is None:
        lacks.append(Lack("/target_on", "missing", _TARGET))
    elif disposition == "deferred" and target_on is not None and target_on < today:
        lacks.append(Lack("/target_on", "in_the_past", _PAST))
    return lacks
