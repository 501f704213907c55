"""What can be wrong with a change of a service."""

from collections.abc import Mapping
from datetime import date

from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Problem, Unprocessable
from registry.institutions.problems import CodeTaken

_CODE = Text(
    "Kode ini sudah dipakai layanan lain di instansi ini.", "Another service of the institution has this code."
)
_UNIT = Text("Tidak ada unit dengan id ini di instansi itu.", "The institution has no unit of this id.")
_NOT_IN_FORCE = Text("Unit ini tidak berlaku hari ini.", "The unit isn't in force today.")
_BASIS = Text(
    "Layanan tanpa dasar hukum tidak dapat diaktifkan: ruang lingkupnya diatur peraturan perundang-undangan.",
    "A service without a legal basis can't be activated: its scope is set by law.",
)
_REGION = Text("Kode wilayah ini tidak ada.", "There is no region of this code.")
_MALL = Text(
    "Bukan unit mal pelayanan publik yang berlaku hari ini.", "It isn't a public service mall that is in force today."
)
_FUTURE = Text("Tanggalnya tidak boleh setelah hari ini.", "The day can't be after today.")
_OVER = Text("Tanggalnya harus setelah hari ini.", "The day must be after today.")
_UNIT_ENDS = Text(
    "Unit penyelenggara berakhir pada {day}: layanannya berakhir paling lambat pada tanggal itu, atau unitnya diteruskan "
    "dengan reorganisasi.",
    "The unit that provides it ends on {day}: the service ends by then, or a reorganisation says who goes on.",
)
_BEFORE = Text("Tanggalnya sebelum layanan diaktifkan.", "The day is before the service was activated.")


class WithoutLegalBasis(Unprocessable):
    """Public service is what the law says it is: an active one names at least one rule."""

    code = "without_legal_basis"
    title = Text("Layanan tidak punya dasar hukum", "The service has no legal basis")


class WithoutFundingRoute(Unprocessable):
    """A good or a service is public by the route of its funding: an active one names it."""

    code = "without_funding_route"
    title = Text("Layanan tidak punya jalur pendanaan", "The service has no route of funding")


class StateForbids(Conflict):
    """The service's state doesn't allow this; `allowed_actions` says what it does."""

    code = "state_forbids"
    title = Text("Keadaan layanan tidak memungkinkan ini", "The service's state doesn't allow this")


def without_legal_basis() -> WithoutLegalBasis:
    return WithoutLegalBasis(errors=[Flaw("/legal_basis", "missing", _BASIS)])


def not_such_a_route(flaw: Flaw) -> Unprocessable:
    return Unprocessable(errors=[flaw])


def unknown_unit() -> Unprocessable:
    return Unprocessable(errors=[Flaw("/unit_id", "unknown_unit", _UNIT)])


def unit_not_in_force() -> Unprocessable:
    return Unprocessable(errors=[Flaw("/unit_id", "not_in_force", _NOT_IN_FORCE)])


def unknown_regions(pointers: list[str]) -> Unprocessable:
    return Unprocessable(errors=[Flaw(pointer, "unknown_region", _REGION) for pointer in pointers])


def not_malls(pointers: list[str]) -> Unprocessable:
    return Unprocessable(errors=[Flaw(pointer, "not_a_public_service_mall", _MALL) for pointer in pointers])


def in_the_future() -> Unprocessable:
    return Unprocessable(errors=[Flaw("/effective_on", "in_the_future", _FUTURE)])


def over_already() -> Unprocessable:
    return Unprocessable(errors=[Flaw("/active_until", "not_in_the_future", _OVER)])


def unit_ends(day: date) -> Unprocessable:
    return Unprocessable(errors=[Flaw("/unit_id", "unit_ends", unit_ends_on(day))])


def unit_ends_on(day: date) -> Text:
    """What is told of a service that would outlast its unit."""
    return _UNIT_ENDS.filled(day=day)


def before_activation() -> Unprocessable:
    return Unprocessable(errors=[Flaw("/effective_on", "before_activation", _BEFORE)])


PROBLEMS: Mapping[str, Problem] = {
    "services_institution_id_key": CodeTaken(errors=[Flaw("/code", "code_taken", _CODE)]),
    "services_unit_fk": unknown_unit(),
    "services_founded": without_legal_basis(),
}
