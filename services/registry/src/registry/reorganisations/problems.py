"""What can be wrong with a reorganisation: every flaw names its step, and all are told at once."""

from collections.abc import Mapping, Sequence

from chassis.http.languages import Text
from chassis.http.problems import Flaw, Unprocessable

_TEXTS: Mapping[str, Text] = {
    "key_taken": Text("Kunci ini dipakai dua kali.", "This key is used twice."),
    "unknown_key": Text("Tidak ada langkah pembentukan dengan kunci ini.", "No step establishes anything of this key."),
    "unknown_unit": Text("Tidak ada unit dengan id ini.", "There is no unit of this id."),
    "unknown_institution": Text("Tidak ada instansi dengan id ini.", "There is no institution of this id."),
    "unknown_region": Text("Kode wilayah ini tidak ada.", "There is no region of this code."),
    "not_in_force": Text("Tidak berlaku pada tanggal itu.", "It isn't in force on that day."),
    "not_lasting": Text("Berakhir pada suatu tanggal kemudian.", "It ends on a later day."),
    "named_twice": Text("Sudah disebut oleh langkah lain.", "Another step names it already."),
    "reorganised_later": Text(
        "Ada penataan lain yang berlaku kemudian dan menyangkut ini.",
        "Another reorganisation concerns it on a later day.",
    ),
    "established_here": Text("Baru dibentuk dalam penataan ini.", "It is only established by this reorganisation."),
    "a_unit_needed": Text("Harus berupa unit.", "This must be a unit."),
    "an_institution_needed": Text("Harus berupa instansi.", "This must be an institution."),
    "other_kind": Text(
        "Penerus unit harus unit, penerus instansi harus instansi.",
        "Units pass to units, institutions to institutions.",
    ),
    "ends": Text("Berakhir oleh langkah lain.", "It ends by another step."),
    "itself": Text("Tidak dapat menerima dirinya sendiri.", "It can't pass to itself."),
    "already_there": Text("Sudah berada di sana.", "It is there already."),
    "parent_elsewhere": Text("Unit induk berada di instansi lain.", "The unit above belongs to another institution."),
    "circle": Text("Susunan unit menjadi melingkar.", "The units would form a circle."),
    "shares_sum": Text("Jumlah bagian harus tepat 1.", "The shares must make exactly 1."),
    "successor_needed": Text(
        "Masih ada unit di bawahnya atau layanan: sebutkan penerusnya.",
        "Units below or services are left in it: name who takes them over.",
    ),
    "not_below": Text("Unit ini bukan bawahannya.", "This unit isn't below it."),
    "not_its_service": Text("Layanan ini bukan miliknya.", "This service isn't one of its own."),
    "code_taken": Text("Kode ini sudah dipakai.", "This code is taken."),
    "code_fixed": Text("Kode instansi tidak berubah.", "An institution's code doesn't change."),
}


class NotFeasible(Unprocessable):
    """The steps can't be carried out as they are; `errors` names every reason and its step."""

    code = "not_feasible"
    title = Text("Penataan ini tidak dapat dilakukan", "The reorganisation can't be carried out")


def flaw(pointer: str, code: str) -> Flaw:
    """A flaw of one of the codes above."""
    return Flaw(pointer, code, _TEXTS[code])


def not_feasible(flaws: Sequence[Flaw]) -> NotFeasible:
    """The refusal with each flaw once."""
    return NotFeasible(errors=list(dict.fromkeys(flaws)))
