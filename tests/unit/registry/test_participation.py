"""Who must take part, and what a disposition must say (UU 25/2009 art. 20; PermenPANRB 16/2017)."""

from datetime import date
from typing import Any

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
    tied = change if disposition in participation.WITH_CHANGE else None
    day = date(2027, 1, 5)
    assert participation.disposition_lacks(disposition, reason="Karena", change=tied, target_on=day, today=day) == []
    # What isn't accepted changes nothing.
    lacks = participation.disposition_lacks(disposition, reason="Karena", change=change, target_on=day, today=day)
    expected = [] if tied else [("/change", "change_not_accepted")]
    assert [(lack.pointer, lack.code) for lack in lacks] == expected


def test_what_is_deferred_is_taken_up_on_a_day_to_come() -> None:
    lacks = participation.disposition_lacks(
        "deferred", reason=None, change=None, target_on=date(2027, 1, 4), today=date(2027, 1, 5)
    )
    assert [(lack.pointer, lack.code) for lack in lacks] == [("/target_on", "in_the_past")]


THURSDAY, FRIDAY, MONDAY, TUESDAY = (date(2027, 1, day) for day in (7, 8, 11, 12))


def signed(**days: date) -> list[dict[str, Any]]:
    return [{"element": element, "signed_on": day} for element, day in days.items()]


@pytest.mark.parametrize(
    ("changes", "lacking"),
    [
        ({}, []),
        ({"signers": signed(provider=FRIDAY, service_users=MONDAY)}, []),  # signed on the day, and after it
        ({"held_on": THURSDAY}, [("/held_on", "before_session")]),
        ({"held_on": TUESDAY}, [("/held_on", "in_the_future"), ("/signers/0/signed_on", "before_session")]),
        ({"signers": signed(provider=THURSDAY)}, [("/signers/0/signed_on", "before_session")]),
        ({"signers": signed(provider=TUESDAY)}, [("/signers/0/signed_on", "in_the_future")]),
        ({"signers": signed(mass_media=FRIDAY)}, [("/signers/0/element", "element_not_attended")]),
        ({"agreements": [{"due_on": THURSDAY}]}, [("/agreements/0/due_on", "before_session")]),
        ({"agreements": [{"due_on": FRIDAY}]}, []),
    ],
)
def test_minutes_follow_their_forum(changes: dict[str, Any], lacking: list[tuple[str, str]]) -> None:
    """A forum on Friday 8 January 2027, whose minutes are recorded on Monday."""
    held: dict[str, Any] = {"held_on": FRIDAY, "agreements": [{"due_on": TUESDAY}], "signers": signed(provider=MONDAY)}
    attended = {"service_users", "related_institutions"}
    lacks = participation.minutes_lacks(held | changes, held_on=[FRIDAY, MONDAY], attended=attended, today=MONDAY)
    assert [(lack.pointer, lack.code) for lack in lacks] == lacking


def test_there_are_no_minutes_of_a_forum_that_was_not_held() -> None:
    held = {"held_on": FRIDAY, "agreements": [], "signers": []}
    lacks = participation.minutes_lacks(held, held_on=[], attended=(), today=MONDAY)
    assert [lack.code for lack in lacks] == ["no_session_held"]


@pytest.mark.parametrize(
    ("sessions", "signers", "day"),
    [
        ([], {}, None),
        ([THURSDAY, FRIDAY], {}, FRIDAY),
        ([THURSDAY], {"provider": FRIDAY, "service_users": MONDAY}, MONDAY),
        # Once both sides have signed it is done, whoever signs later.
        ([THURSDAY], {"provider": THURSDAY, "service_users": FRIDAY, "mass_media": MONDAY}, FRIDAY),
    ],
)
def test_a_consultation_is_done_once_both_sides_signed(
    sessions: list[date], signers: dict[str, date], day: date | None
) -> None:
    kept = [{"element": element, "signed_on": each.isoformat()} for element, each in signers.items()]
    assert participation.settled_on(sessions, kept) == day


@pytest.mark.parametrize(
    ("signer", "flaws"),
    [
        ({"name": "Ni Made Sari", "acting": "plt"}, []),
        ({"name": "NI MADE SARI, S.Sos., M.Si.", "acting": "plt"}, []),  # decrees have titles
        ({"name": "Ketut Rai", "acting": "plt"}, [("/signer/name", "name_differs")]),
        ({"name": "Ni Made Sari", "acting": "definitive"}, [("/signer/acting", "acting_differs")]),
    ],
)
def test_a_signer_is_who_the_registry_says(signer: dict[str, str], flaws: list[tuple[str, str]]) -> None:
    found = {"name": "Ni Made Sari", "held": ["plt"]}
    assert [(flaw.pointer, flaw.code) for flaw in gate.signer_flaws(signer, found)] == flaws


def test_a_signer_holds_a_seat() -> None:
    signer = {"name": "Ni Made Sari", "acting": "definitive"}
    assert [flaw.code for flaw in gate.signer_flaws(signer, {"name": "Ni Made Sari", "held": []})] == ["holds_no_seat"]
    assert [flaw.code for flaw in gate.signer_flaws(signer, None)] == ["unknown_person"]


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
