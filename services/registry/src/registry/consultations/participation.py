"""Who must take part in making a standard, and what the disposition of a comment must say. Pure.

UU 25/2009 art. 20; PermenPANRB 15/2014; PermenPANRB 16/2017 (elements of participants).
"""

from collections.abc import Collection
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


WITH_REASON = frozenset({"accepted_partly", "rejected", "out_of_scope", "answered"})
WITH_CHANGE = frozenset({"accepted", "accepted_partly"})
_REASON = Text("Sebutkan alasannya.", "State the reason.")
_CHANGE = Text("Sebutkan komponen yang diubah dan perubahannya.", "Name the component that changes, and how.")
_TARGET = Text("Sebutkan tanggal peninjauannya.", "State the date when it is taken up.")


def disposition_lacks(disposition: str, *, reason: str | None, change: Any, target_on: date | None) -> list[Lack]:
    """What a disposition must say beside itself: a tied change, a reason, or the day when it is taken up."""
    lacks: list[Lack] = []
    if disposition in WITH_REASON and not reason:
        lacks.append(Lack("/reason", "missing", _REASON))
    if disposition in WITH_CHANGE and change is None:
        lacks.append(Lack("/change", "missing", _CHANGE))
    if disposition == "deferred" and target_on is None:
        lacks.append(Lack("/target_on", "missing", _TARGET))
    return lacks
