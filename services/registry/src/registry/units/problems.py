"""What can be wrong with a change of a unit."""

from collections.abc import Mapping

from chassis.http.languages import Text
from chassis.http.problems import Flaw, Problem, Unprocessable
from registry.institutions.problems import CodeTaken, StillInUse, unknown_region

_CODE = Text(
    "Kode ini dipakai unit lain di instansi yang sama pada masa itu.",
    "Another unit of the institution has this code in that period.",
)
_INSTITUTION = Text("Tidak ada instansi dengan id ini.", "There is no institution of this id.")
_PARENT = Text("Tidak ada unit dengan id ini di instansi itu.", "The institution has no unit of this id.")
_CIRCLE = Text("Unit induk berada di bawah unit ini sendiri.", "The unit above lies below this unit.")
_OUTSIDE = Text(
    "Unit induk tidak berlaku sepanjang masa itu.", "The unit above isn't in force during the whole of the period."
)
_OUTSIDE_INSTITUTION = Text(
    "Instansi tidak berlaku sepanjang masa itu.", "The institution isn't in force during the whole of the period."
)


class UnitInCircle(Unprocessable):
    """A unit can't be moved below itself."""

    code = "circle"
    title = Text("Susunan unit tidak boleh melingkar", "Units can't form a circle")


class OutsideParent(Unprocessable):
    """A unit lies within the period of what is above it."""

    code = "outside_parent"
    title = Text("Masa berlaku di luar masa berlaku induknya", "The period lies outside that of what is above")


def unknown_institution() -> Unprocessable:
    """There is no such institution."""
    return Unprocessable(errors=[Flaw("/institution_id", "unknown_institution", _INSTITUTION)])


def unknown_parent() -> Unprocessable:
    """There is no such unit in the institution."""
    return Unprocessable(errors=[Flaw("/parent_id", "unknown_unit", _PARENT)])


def circle() -> UnitInCircle:
    """The new parent lies below the unit in a part of the period."""
    return UnitInCircle(errors=[Flaw("/parent_id", "circle", _CIRCLE)])


def outside_parent() -> OutsideParent:
    """The parent doesn't last the whole period."""
    return OutsideParent(errors=[Flaw("/valid_during", "outside_parent", _OUTSIDE)])


def outside_institution() -> OutsideParent:
    """The institution doesn't last the whole period."""
    return OutsideParent(errors=[Flaw("/valid_during", "outside_institution", _OUTSIDE_INSTITUTION)])


PROBLEMS: Mapping[str, Problem] = {
    "unit_identities_institution_id_fk": unknown_institution(),
    "units_parent_identity_fk": unknown_parent(),
    "units_region_code_fk": unknown_region(),
    "units_code_excl": CodeTaken(errors=[Flaw("/code", "code_taken", _CODE)]),
    # What goes in is checked before; at the commit these can only mean that something goes on outside a period that was cut.
    "units_parent_fk": StillInUse(),
    "units_institution_fk": StillInUse(),
}
