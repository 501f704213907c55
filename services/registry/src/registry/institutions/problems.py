"""What can be wrong with a change of an institution."""

from collections.abc import Mapping

from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Problem, Unprocessable

_CODE = Text("Kode ini sudah dipakai instansi lain.", "Another institution has this code.")
_REGION = Text("Kode wilayah ini tidak ada.", "There is no region of this code.")
_NOT_IN_FORCE = Text("Tidak berlaku pada tanggal itu.", "It isn't in force on that day.")
_PERIOD = Text("Masa berlaku harus berakhir setelah mulai.", "A period must end after it begins.")
_SUPERVISOR = Text("Tidak ada instansi dengan id ini.", "There is no institution of this id.")
_ITSELF = Text("Instansi tidak dapat membina dirinya sendiri.", "An institution doesn't supervise itself.")

CIRCLE = Text(
    "Salah satu instansi pembinanya dibina oleh instansi ini sendiri.",
    "One of those that supervise it is supervised by this institution itself.",
)


class CodeTaken(Conflict):
    """The code belongs to something else, now or in the period stated."""

    code = "code_taken"
    title = Text("Kode sudah dipakai", "The code is taken")


class NotInForce(Unprocessable):
    """A change needs a version in force on its day."""

    code = "not_in_force"
    title = Text("Tidak berlaku pada tanggal itu", "Not in force on that day")


class StillInUse(Conflict):
    """Something that goes on needs the period that would be cut; `standing` counts it by kind, and names the first few."""

    code = "still_in_use"
    title = Text(
        "Masih ada unit atau pejabat yang berlaku di luar masa itu",
        "Units or appointments still hold outside the period",
    )


class SetByReorganisation(Conflict):
    """A reorganisation ended it, or passed something on to it: `reorganisation_id` and `decree_number` say which."""

    code = "set_by_reorganisation"
    title = Text("Masa ini ditetapkan oleh penataan", "A reorganisation set this period")


def unknown_region(pointer: str = "/region_code") -> Unprocessable:
    """The region of a body doesn't exist."""
    return Unprocessable(errors=[Flaw(pointer, "unknown_region", _REGION)])


def not_in_force() -> NotInForce:
    """There is no version on the day of the change."""
    return NotInForce(errors=[Flaw("/effective_on", "not_in_force", _NOT_IN_FORCE)])


def empty_period() -> Unprocessable:
    """The period would have no day."""
    return Unprocessable(errors=[Flaw("/valid_during", "period_backwards", _PERIOD)])


def unknown_supervisors(indices: list[int]) -> Unprocessable:
    """Some of the supervising institutions don't exist."""
    return Unprocessable(
        errors=[Flaw(f"/supervisor_ids/{index}", "unknown_institution", _SUPERVISOR) for index in indices]
    )


def ended_supervisors(indices: list[int]) -> Unprocessable:
    """Some of the supervising institutions have ended by then."""
    return Unprocessable(errors=[Flaw(f"/supervisor_ids/{index}", "not_in_force", _NOT_IN_FORCE) for index in indices])


def supervision_in_circle() -> Unprocessable:
    """Who supervises is supervised by the one below, on some day."""
    return Unprocessable(errors=[Flaw("/supervisor_ids", "circle", CIRCLE)])


PROBLEMS: Mapping[str, Problem] = {
    "institution_identities_code_key": CodeTaken(errors=[Flaw("/code", "code_taken", _CODE)]),
    "institutions_region_code_fk": unknown_region(),
    "supervision_of_another": Unprocessable(errors=[Flaw("/supervisor_ids", "itself", _ITSELF)]),
}
