"""Who must take part, and what a disposition must say (UU 25/2009 art. 20; PermenPANRB 16/2017)."""

from datetime import date

import pytest

from chassis.http.vocabularies import codes, read_vocabularies
from devstack.layout import DATA
from registry.consultations import participation
from registry.stipulation import gate

VOCABULARIES = read_vocabularies(DATA, ("registry",))


def test_the_elements_are_the_vocabularies() -> None:
    items = VOCABULARIES["consultation_participant_elements"]["items"]
    assert {item["code"] for item in items if item["attributes"]["society"]} == set(participation.SOCIETY)
    assert {item["code"] for item in items if not item["attributes"]["society"]} == {participation.PROVIDER}


@pytest.mark.parametrize(
    ("attended", "lacking"),
    [
        ([], ["no_element_of_society", "no_related_party"]),
        (["provider"], ["no_element_of_society", "no_related_party"]),
        (["service_users"], ["no_related_party"]),
        (["mass_media", "civil_society_organisations"], ["no_related_party"]),
        (["related_institutions"], ["no_element_of_society"]),  # one can't stand for both
        (["related_institutions", "service_users"], []),
        (["experts_practitioners_academics", "service_users"], []),
        (["experts_practitioners_academics", "related_institutions"], []),
    ],
)
def test_society_and_a_related_party_take_part(attended: list[str], lacking: list[str]) -> None:
    assert [lack.code for lack in participation.attendance_lacks(attended)] == lacking


@pytest.mark.parametrize(
    ("signers", "lacking"),
    [
        (None, ["minutes_missing"]),
        ([], ["provider_has_not_signed", "society_has_not_signed"]),
        (["provider"], ["society_has_not_signed"]),
        (["mass_media"], ["provider_has_not_signed"]),
        (["provider", "mass_media"], []),
    ],
)
def test_minutes_are_signed_by_both_sides(signers: list[str] | None, lacking: list[str]) -> None:
    assert [lack.code for lack in participation.signature_lacks(signers)] == lacking


def test_an_invitation_reaches_society() -> None:
    assert [lack.code for lack in participation.invitation_lacks(["provider"])] == ["no_element_of_society"]
    assert participation.invitation_lacks(["provider", "service_users"]) == []


@pytest.mark.parametrize("disposition", sorted(codes(VOCABULARIES, "comment_dispositions")))
def test_a_disposition_with_everything_lacks_nothing(disposition: str) -> None:
    change = {"component": "fee", "summary": "Gratis"}
    lacks = participation.disposition_lacks(disposition, reason="Karena", change=change, target_on=date(2027, 1, 5))
    assert lacks == []


def test_the_charters_statements_and_media_are_the_vocabularies() -> None:
    assert set(gate.STATEMENTS) == codes(VOCABULARIES, "charter_statements")
    electronic = {
        item["code"]
        for item in VOCABULARIES["publication_media"]["items"]
        if item["attributes"].get("note") == "electronic"
    }
    assert electronic == set(gate.ELECTRONIC)
    assert {gate.charter_state(["leaflet"]), gate.charter_state(["leaflet", "sippn"])} <= codes(
        VOCABULARIES, "charter_states"
    )


@pytest.mark.parametrize(
    ("acting", "allowed"),
    [("definitive", True), ("pj", True), ("pjs", True), ("plt", True), ("plh", False)],
)
def test_an_acting_holder_stipulates_by_setting(acting: str, allowed: bool) -> None:
    settings = {"plt_may_stipulate": True, "plh_may_stipulate": False}
    assert gate.acting_may_stipulate(acting, settings) is allowed
    reversed_settings = {name: not value for name, value in settings.items()}
    assert gate.acting_may_stipulate(acting, reversed_settings) is (
        allowed if acting not in ("plt", "plh") else not allowed
    )
