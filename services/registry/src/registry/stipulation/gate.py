"""What stands between a draft and its decree, and between the decree and publication: every reason at once. Pure.

UU 25/2009 art. 20-22; PP 96/2012 art. 22-33.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from chassis.http.languages import Text
from chassis.http.problems import Flaw
from registry.consultations.participation import attendance_lacks, signature_lacks
from registry.standards.completeness import component_gaps, consideration_gaps
from registry.standards.problems import BEYOND

STATEMENTS = {
    "promise_to_serve": Text(
        "Kami berjanji dan sanggup melaksanakan pelayanan sesuai dengan standar pelayanan.",
        "We promise and are able to serve by the service standard.",
    ),
    "promise_to_improve": Text(
        "Kami berjanji melaksanakan kewajiban kami dan melakukan perbaikan secara terus-menerus.",
        "We promise to do our duties and to keep improving.",
    ),
    "accept_sanction": Text(
        "Kami bersedia menerima sanksi dan/atau memberikan kompensasi apabila pelayanan tidak sesuai dengan standar.",
        "We are ready to accept sanctions and/or to give compensation if the service falls below the standard.",
    ),
}
"""What a charter must state (UU 25/2009 art. 22), with the wording used where the unit has none of its own."""
ELECTRONIC = frozenset({"sippn", "website", "social_media", "mobile_app"})
"""Media that count as electronic (PEKPPP F-02, indicator 3)."""

_UNDISPOSED = Text("Masukan ini belum ditanggapi.", "This comment has no disposition.")
_UNMET = Text(
    "Ini diterima, tetapi komponen {} masih berbunyi sama seperti sebelumnya.",
    "This was accepted, but the component {} still says what it said before.",
)
_TO_CHANGE = Text(
    "Masukan ini diterima, sehingga ada yang berubah: susun versi berikutnya.",
    "This comment was accepted, so that something changes: draft the next version.",
)
_NUMBER = Text("Sebutkan nomor keputusan.", "State the decree's number.")
_DATE = Text("Sebutkan tanggal keputusan.", "State the decree's date.")
_FUTURE = Text("Tanggal keputusan tidak boleh di masa depan.", "The decree's date can't be in the future.")
_BEFORE_CONSULTATION = Text(
    "Keputusan tidak boleh mendahului pertemuan dan penandatanganan berita acaranya.",
    "The decree can't be before the session and the signing of its minutes.",
)
_REVOKED_EARLIER = Text(
    "Pencabutan tidak boleh mendahului penetapannya.", "It can't be revoked before it was stipulated."
)
_SIGNER = Text("Sebutkan penanda tangan keputusan.", "Name who signed the decree.")
_NOBODY = Text("Orang ini tidak terdaftar.", "This person isn't registered.")
_OTHER_NAME = Text("Orang yang disebut bernama {}.", "The person that is named is called {}.")
_NO_SEAT = Text(
    "Orang ini pada tanggal keputusan tidak memegang jabatan yang boleh menetapkan standar unit ini.",
    "On the decree's date this person held no seat that may stipulate a standard of this unit.",
)
_OTHER_SEAT = Text("Orang ini memegang jabatannya sebagai: {}.", "This person held the seat as: {}.")
_EFFECTIVE = Text("Sebutkan tanggal mulai berlaku.", "State the day on which it takes effect.")
_BEFORE_DECREE = Text("Berlaku sebelum keputusannya ditetapkan.", "It would take effect before its decree.")
_NOT_AFTER = Text(
    "Harus sesudah versi lain layanan ini mulai berlaku.",
    "It must be after every other version of the service took effect.",
)
_CHANNELS = Text("Sebutkan paling sedikit satu saluran publikasi.", "Name at least one channel of publication.")
_CHARTER = Text("Maklumat pelayanan belum ada.", "The charter is missing.")
_STATEMENT = Text("Pernyataan ini belum ada dalam maklumat.", "The charter lacks this statement.")
_SIGNED_LATER = Text("Tidak boleh di masa depan.", "This can't be in the future.")
_UNSIGNED = Text("Maklumat belum ditandatangani.", "The charter isn't signed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """What is known of a version about to be stipulated. `signers` None: there are no minutes.

    `unmet`: accepted comments and offers (a pointer), each with its component, which says what it said before. `beyond`:
    components that differ from what was discussed though no disposition names them. `settled_on`: when the consultation was done.
    """

    components: Mapping[str, Any]
    considerations: Mapping[str, Any]
    undisposed: Collection[UUID]
    unmet: Collection[tuple[str, str]]
    beyond: Collection[str]
    attended: Collection[str]
    signers: Collection[str] | None
    settled_on: date | None


def stipulation_flaws(drafted: Drafted, decree: Mapping[str, Any], *, today: date) -> list[Flaw]:
    """Everything that refuses the stipulation. `decree`: decree_number, decree_date, signer, each None if missing."""
    flaws = [
        Flaw(*gap)
        for gap in (
            *component_gaps(drafted.components),
            *consideration_gaps(drafted.considerations),
            *attendance_lacks(drafted.attended),
            *signature_lacks(drafted.signers),
        )
    ]
    flaws += [
        Flaw(f"/comments/{comment}", "comment_without_disposition", _UNDISPOSED) for comment in drafted.undisposed
    ]
    flaws += [Flaw(pointer, "accepted_change_missing", _filled(_UNMET, code)) for pointer, code in drafted.unmet]
    flaws += [Flaw(f"/components/{code}", "beyond_dispositions", BEYOND) for code in drafted.beyond]
    if not decree["decree_number"]:
        flaws.append(Flaw("/decree_number", "missing", _NUMBER))
    if decree["decree_date"] is None:
        flaws.append(Flaw("/decree_date", "missing", _DATE))
    elif decree["decree_date"] > today:
        flaws.append(Flaw("/decree_date", "in_the_future", _FUTURE))
    elif drafted.settled_on is not None and decree["decree_date"] < drafted.settled_on:
        flaws.append(Flaw("/decree_date", "before_consultation", _BEFORE_CONSULTATION))
    if decree["signer"] is None:
        flaws.append(Flaw("/signer", "missing", _SIGNER))
    return flaws


def revocation_flaws(decree_date: date, *, stipulated_on: date, today: date) -> list[Flaw]:
    """Why a decree of this date can't revoke a version today."""
    if decree_date > today:
        return [Flaw("/decree_date", "in_the_future", _FUTURE)]
    return [Flaw("/decree_date", "before_decree", _REVOKED_EARLIER)] if decree_date < stipulated_on else []


def confirmation_flaws(to_settle: Collection[tuple[UUID, str | None]]) -> list[Flaw]:
    """Why there may be something to change: comments of the review's follow-up without a disposition (None), or accepted."""
    return [
        Flaw(f"/comments/{comment}", "comment_without_disposition", _UNDISPOSED)
        if disposition is None
        else Flaw(f"/comments/{comment}", "change_accepted", _TO_CHANGE)
        for comment, disposition in to_settle
    ]


def publication_flaws(
    publication: Mapping[str, Any], *, decree_date: date, others_effective_on: Collection[date], today: date
) -> list[Flaw]:
    """Everything that refuses the publication. `publication`: effective_on, channels, charter (None if missing), charter_id.

    `others_effective_on`: when the service's other versions in force, now or later, take effect.
    """
    flaws: list[Flaw] = []
    effective_on = publication["effective_on"]
    if effective_on is None:
        flaws.append(Flaw("/effective_on", "missing", _EFFECTIVE))
    elif effective_on < decree_date:
        flaws.append(Flaw("/effective_on", "before_decree", _BEFORE_DECREE))
    elif any(effective_on <= other for other in others_effective_on):
        flaws.append(Flaw("/effective_on", "not_after_other_version", _NOT_AFTER))
    if not publication["channels"]:
        flaws.append(Flaw("/channels", "missing", _CHANNELS))
    charter = publication["charter"]
    if charter is None and publication["charter_id"] is None:
        flaws.append(Flaw("/charter", "missing", _CHARTER))
    if charter is not None:
        flaws += charter_flaws(charter)
        if charter["signed_on"] is not None and charter["signed_on"] > today:
            flaws.append(Flaw("/charter/signed_on", "in_the_future", _SIGNED_LATER))
    return flaws


def charter_flaws(charter: Mapping[str, Any]) -> list[Flaw]:
    """What a charter lacks: each of the three statements, its signature."""
    flaws = [
        Flaw(f"/charter/statements/{code}", "statement_missing", _STATEMENT)
        for code in STATEMENTS
        if code not in charter["statements"]
    ]
    if charter["signer"] is None or charter["signed_on"] is None:
        flaws.append(Flaw("/charter/signer", "charter_unsigned", _UNSIGNED))
    return flaws


def charter_state(media: Collection[str]) -> str:
    """How far a signed and complete charter is published, of the vocabulary charter_states."""
    return "published_electronic" if ELECTRONIC & set(media) else "published_non_electronic"


RESTRICTED = {"plt": "plt_may_stipulate", "plh": "plh_may_stipulate"}
"""Acting kinds whose power to stipulate is a setting (UU 30/2014 art. 14(7) leaves it open)."""


def acting_may_stipulate(acting: str, settings: Mapping[str, Any]) -> bool:
    """Whether a holder of this acting kind may stipulate, by the institution's settings."""
    setting = RESTRICTED.get(acting)
    return setting is None or bool(settings[setting])


def signer_flaws(signer: Mapping[str, Any], found: Mapping[str, Any] | None) -> list[Flaw]:
    """Why a person of the registry can't have signed as stated. `signer`: name, acting; `found`: name, and `held`, as what they
    held seats that may stipulate."""
    if found is None:
        return [Flaw("/signer/person_id", "unknown_person", _NOBODY)]
    flaws: list[Flaw] = []
    stated, registered = (frozenset(re.findall(r"\w+", name.casefold())) for name in (signer["name"], found["name"]))
    if not (stated <= registered or registered <= stated):  # decrees have titles that the registry may leave out
        flaws.append(Flaw("/signer/name", "name_differs", _filled(_OTHER_NAME, found["name"])))
    if not found["held"]:
        flaws.append(Flaw("/signer/person_id", "holds_no_seat", _NO_SEAT))
    elif signer["acting"] not in found["held"]:
        flaws.append(Flaw("/signer/acting", "acting_differs", _filled(_OTHER_SEAT, ", ".join(found["held"]))))
    return flaws


def _filled(text: Text, value: str) -> Text:
    return Text(text.id.format(value), text.en.format(value))
