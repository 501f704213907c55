"""Which classes a case's type can have (case_classes, case_sub_classes). Pure."""

from collections.abc import Mapping

CLASSES_OF: Mapping[str, frozenset[str]] = {
    "complaint": frozenset({"minor", "normative", "non_supervisory", "supervisory"}),
    "aspiration": frozenset({"aspiration"}),
    "input": frozenset({"aspiration"}),
    "information_request": frozenset({"information", "public_information", "normative"}),
}
