"""What can be wrong with people, posts and appointments."""

from collections.abc import Mapping
from datetime import date

from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Forbidden, Problem, Unprocessable
from registry.institutions.problems import StillInUse

_PERSON = Text("Tidak ada orang dengan id ini.", "There is no person of this id.")
_POST = Text("Tidak ada jabatan dengan id ini di tempat itu.", "There is no post of this id at that place.")
_UNIT = Text("Tidak ada unit dengan id ini.", "There is no unit of this id.")
_UNIT_ELSEWHERE = Text("Unit ini milik instansi lain.", "The unit belongs to another institution.")
_INSTITUTION = Text("Tidak ada instansi dengan id ini.", "There is no institution of this id.")
_NO_PLACE = Text("Sebutkan unit_id atau institution_id.", "State unit_id or institution_id.")
_WHOLE = Text(
    "Peran ini dijabat untuk seluruh instansi: sebutkan institution_id saja.",
    "This role is held for a whole institution: state institution_id alone.",
)
_UNIT_NEEDED = Text(
    "Peran ini dijabat pada sebuah unit: sebutkan unit_id.", "This role is held at a unit: state unit_id."
)
UNKNOWN_APPOINTER = Text(
    "Tidak ada orang atau pengangkatan dengan id ini.", "There is no person or appointment of this id."
)
_NOT_LONGER = Text(
    "Perpanjangan harus berakhir sesudah masa jabatan sekarang; yang tanpa akhir tidak diperpanjang.",
    "An extension ends after the present term; one without an end isn't extended.",
)
_OUTSIDE = Text(
    "Unit atau instansi tidak berlaku sepanjang masa itu.",
    "The unit or institution isn't in force during the whole of the period.",
)
_OUTSIDE_POST = Text(
    "Jabatan ini tidak ada selama masa itu, atau berakhir lebih dahulu; masanya dapat dikoreksi pada jabatan itu sendiri.",
    "The post doesn't exist during the period, or ends before it does; its days are corrected at the post itself.",
)
_OTHER_ROLE = Text("Jabatan ini untuk peran {role}.", "The post is for the role {role}.")
_ELSEWHERE_BEFORE = Text(
    "Jabatan ini berada di unit lain sampai {day}: masanya di unit ini mulai pada tanggal itu.",
    "Until {day} the post was at another unit: at this one it begins on that day.",
)
_BEFORE_IT_BEGINS = Text("Jabatan harus berakhir sesudah mulai: {begins}.", "A post ends after it begins: {begins}.")
_TAKEN = Text("Sudah dipakai orang lain.", "It belongs to another person.")
_HELD = Text(
    "Kursi ini dijabat {holder} sejak {begins} sampai {ends}.",
    "The seat is held by {holder} from {begins} until {ends}.",
)
_UNTIL_FURTHER_NOTICE = Text("waktu yang belum ditentukan", "an open end")


class OwnAppointment(Forbidden):
    """Nobody appoints oneself, nor extends or corrects the own appointment: another who may has to."""

    code = "own_appointment"
    title = Text(
        "Pengangkatan diri sendiri dilakukan oleh pejabat lain", "One's own appointment is for somebody else to make"
    )


class SeatTaken(Conflict):
    """The seat has one holder at a time; the document's `holder` says who and until when."""

    code = "seat_taken"
    title = Text("Kursi sudah dijabat", "The seat is taken")


class AlreadyEnded(Conflict):
    """An appointment or a post ends once, and not later than it would have anyway."""

    code = "already_ended"
    title = Text("Sudah berakhir pada atau sebelum tanggal itu", "It ends on or before that day already")


class IdentifierTaken(Conflict):
    """An employee number, account or client belongs to one person."""

    code = "identifier_taken"
    title = Text("Nomor pegawai, akun, atau klien sudah dipakai", "The employee number, account or client is taken")


def held_by(holder: str, begins: date, ends: date | None) -> Text:
    """Who holds a seat, and until when: a public fact."""
    until = Text(str(ends), str(ends)) if ends else _UNTIL_FURTHER_NOTICE
    return Text(
        _HELD.id.format(holder=holder, begins=begins, ends=until.id),
        _HELD.en.format(holder=holder, begins=begins, ends=until.en),
    )


def flawed(pointer: str, code: str, detail: Text) -> Unprocessable:
    """A refusal with one flaw."""
    return Unprocessable(errors=[Flaw(pointer, code, detail)])


def unknown_person() -> Unprocessable:
    return flawed("/person_id", "unknown_person", _PERSON)


def unknown_post() -> Unprocessable:
    return flawed("/post_id", "unknown_post", _POST)


def unknown_unit() -> Unprocessable:
    return flawed("/unit_id", "unknown_unit", _UNIT)


def unit_elsewhere() -> Unprocessable:
    return flawed("/unit_id", "unit_of_another_institution", _UNIT_ELSEWHERE)


def unknown_institution() -> Unprocessable:
    return flawed("/institution_id", "unknown_institution", _INSTITUTION)


def no_place() -> Unprocessable:
    return flawed("/unit_id", "missing", _NO_PLACE)


def whole_institution() -> Unprocessable:
    return flawed("/unit_id", "role_of_institution", _WHOLE)


def unit_needed() -> Unprocessable:
    return flawed("/unit_id", "role_of_unit", _UNIT_NEEDED)


def unknown_appointer() -> Unprocessable:
    return flawed("/appointed_by", "unknown_appointer", UNKNOWN_APPOINTER)


def not_longer() -> Unprocessable:
    return flawed("/valid_to", "not_longer", _NOT_LONGER)


def outside_place() -> Unprocessable:
    return flawed("/valid_during", "outside_place", _OUTSIDE)


def post_of_another_role(role: str) -> Unprocessable:
    return flawed("/post_id", "post_of_another_role", _OTHER_ROLE.filled(role=role))


def outside_post() -> Unprocessable:
    return flawed("/post_id", "outside_post", _OUTSIDE_POST)


def elsewhere_before(day: date) -> Unprocessable:
    return flawed("/valid_during/from", "elsewhere_before", _ELSEWHERE_BEFORE.filled(day=day))


def ends_before_it_begins(begins: date) -> Unprocessable:
    detail = Text(_BEFORE_IT_BEGINS.id.format(begins=begins), _BEFORE_IT_BEGINS.en.format(begins=begins))
    return flawed("/valid_to", "period_backwards", detail)


PROBLEMS: Mapping[str, Problem] = {
    "people_employee_number_key": IdentifierTaken(errors=[Flaw("/employee_number", "taken", _TAKEN)]),
    "people_account_id_key": IdentifierTaken(errors=[Flaw("/account_id", "taken", _TAKEN)]),
    "people_client_id_key": IdentifierTaken(errors=[Flaw("/client_id", "taken", _TAKEN)]),
    "people_institution_id_fk": unknown_institution(),
    "posts_institution_id_fk": unknown_institution(),
    "posts_unit_fk": unknown_unit(),
    "appointments_institution_holder_excl": SeatTaken(),
    "appointments_unit_holder_excl": SeatTaken(),
    "appointments_unit_fk": StillInUse(),
    "appointments_institution_fk": StillInUse(),
}
