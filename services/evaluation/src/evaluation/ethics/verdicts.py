"""What a decision must hold: a verdict for everyone accused, and sanctions that follow from proof and from the regime. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chassis.http.languages import Text
from chassis.http.problems import Flaw
from evaluation.ethics.catalogues import Sanctions

PROVEN = frozenset({"proven", "partly_proven"})
NOT_EXAMINABLE = "not_examinable"

_NOT_EVERYONE = Text("Setiap terlapor harus diberi putusan.", "Everyone accused must be given a verdict.")
_STRANGER = Text("Orang ini bukan terlapor dalam perkara ini.", "This person isn't accused in this case.")
_TWICE = Text("Orang ini sudah diberi putusan.", "This person has a verdict already.")
_UNKNOWN = Text("Kode putusan tidak dikenal.", "No such verdict.")
_UNPROVEN = Text("Sanksi hanya menyusul putusan terbukti.", "A sanction follows what is proven alone.")
_REGIME = Text(
    "Sanksi ini tidak dikenal dalam rezim hukum terlapor.", "The accused's legal regime doesn't know this sanction."
)
_DECREE = Text("Sanksi perlu nomor keputusan.", "A sanction needs the number of its decree.")
_ARTICLE = Text("Pasal ini tidak ada dalam daftar.", "This article isn't on the list.")
_UNEXAMINED = Text(
    "Tanpa pemeriksaan hanya dapat diputus tidak dapat diperiksa.",
    "Without an examination the verdict can only be not_examinable.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is decided of one person."""

    person_id: UUID
    verdict: str
    reason: str
    articles: frozenset[str]
    sanction: str | None
    compensation_idr: int | None
    decree_number: str | None


def flaws_of(
    verdicts: Sequence[Verdict],
    regimes: Mapping[UUID, str],
    sanctions: Sanctions,
    *,
    known: Collection[str],
    examined: bool,
) -> list[Flaw]:
    """Everything that is wrong with a decision. `regimes`: by the accused; `known`: codes of ethics_verdicts."""
    found: list[Flaw] = []
    seen: set[UUID] = set()
    for place, each in enumerate(verdicts):
        at = f"/verdicts/{place}"
        if each.person_id not in regimes:
            found.append(Flaw(f"{at}/person_id", "not_accused", _STRANGER))
            continue
        if each.person_id in seen:
            found.append(Flaw(f"{at}/person_id", "decided_twice", _TWICE))
        seen.add(each.person_id)
        found += _flaws(each, regimes[each.person_id], sanctions, known=known, examined=examined, at=at)
    if regimes.keys() - seen:
        found.append(Flaw("/verdicts", "not_everyone", _NOT_EVERYONE))
    return found


def _flaws(
    each: Verdict, regime: str, sanctions: Sanctions, *, known: Collection[str], examined: bool, at: str
) -> list[Flaw]:
    found: list[Flaw] = []
    if each.verdict not in known:
        found.append(Flaw(f"{at}/verdict", "unknown_code", _UNKNOWN))
    elif not examined and each.verdict != NOT_EXAMINABLE:
        found.append(Flaw(f"{at}/verdict", "not_examined", _UNEXAMINED))
    if each.articles - sanctions.articles:
        found.append(Flaw(f"{at}/articles", "unknown_article", _ARTICLE))
    if each.verdict not in PROVEN:
        for name, value in (("sanction", each.sanction), ("compensation_idr", each.compensation_idr)):
            if value is not None:
                found.append(Flaw(f"{at}/{name}", "not_proven", _UNPROVEN))
    if each.sanction is not None:
        if each.sanction not in sanctions.kinds[regime]:
            found.append(Flaw(f"{at}/sanction", "not_of_the_regime", _REGIME))
        if each.decree_number is None:
            found.append(Flaw(f"{at}/decree_number", "decree_needed", _DECREE))
    return found
