"""What can be wrong with a change of a standard, or of an institution's settings for standards."""

from collections.abc import Mapping

from chassis.http.languages import Text
from chassis.http.problems import Conflict, Problem, StaleVersion

BEYOND = Text(
    "Yang sudah dibahas hanya boleh diubah bila disebut dalam tanggapan yang menerima masukan; yang saat itu kosong boleh diisi.",
    "What was discussed changes only where a disposition names it which accepts a comment; what was empty then may be filled.",
)


class DraftOpen(Conflict):
    """The service has a version in drafting already: that one goes on, or is abandoned."""

    code = "draft_open"
    title = Text("Layanan ini sudah memiliki rancangan yang berjalan", "The service has a draft in progress already")


class NumberTaken(Conflict):
    """Another standard of the institution has this number."""

    code = "standard_number_taken"
    title = Text("Nomor standar ini sudah dipakai", "This standard's number is taken")


class TextFrozen(Conflict):
    """The text of a stipulated standard never changes: a change is a new version."""

    code = "text_frozen"
    title = Text(
        "Naskah standar yang sudah ditetapkan tidak dapat diubah", "The text of a stipulated standard can't change"
    )


class AnotherInForce(Conflict):
    """Another version of the service is in force in that time."""

    code = "another_version_in_force"
    title = Text("Versi lain berlaku pada masa itu", "Another version is in force in that time")


PROBLEMS: Mapping[str, Problem] = {
    "standards_one_draft_key": DraftOpen(),
    "standards_institution_id_key": NumberTaken(),
    "standards_frozen": TextFrozen(),
    "standards_one_in_force_excl": AnotherInForce(),
    "standard_settings_versions_pk": StaleVersion(),
}
"""By the constraint whose breach they tell of."""
