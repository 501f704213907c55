"""Wire models of people, posts and appointments."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from chassis.http.models import Body, Line, Shape
from registry.shapes import Patch, Period, PeriodStated

EmployeeNumber = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9./-]{3,30}$")]
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._:-]+$")]
DecreeNumber = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\r\n]*$")]
State = Literal["scheduled", "active", "ended", "cancelled"]


class NewPerson(Body):
    """A person who holds or will hold a seat. `account_id` or `client_id`: who acts as this person."""

    name: Line
    institution_id: UUID | None = Field(
        None, description="Whose administrators keep the record; default the caller's own institution"
    )
    employee_number: EmployeeNumber | None = Field(None, description="NIP, or the institution's own number")
    account_id: Identifier | None = None
    client_id: Identifier | None = None


class PersonPatch(Patch):
    REQUIRED: ClassVar[frozenset[str]] = frozenset({"name"})

    name: Line | None = None
    employee_number: EmployeeNumber | None = None
    account_id: Identifier | None = None
    client_id: Identifier | None = None


class Person(Shape):
    """What is public of a person."""

    id: UUID
    name: str
    institution_id: UUID | None


class PersonRecord(Person):
    """A person as the administrators of the institution see him or her."""

    employee_number: str | None
    account_id: str | None
    client_id: str | None


class PersonPage(Shape):
    items: list[PersonRecord | Person]
    next: str | None
    count: int | None = None


class NewPost(Body):
    """A post to be filled by `needed` people in a role (appointment_roles)."""

    institution_id: UUID | None = None
    unit_id: UUID | None = None
    name: Line
    role: str
    needed: Annotated[int, Field(ge=1, le=10_000, description="How many people it needs")] = 1
    valid_during: PeriodStated = Field(
        PeriodStated(), description="When it exists; without `from` it begins today, where the institution is"
    )


class PostPatch(Patch):
    """A correction, or how many people it needs from now on. A post that existed before it was registered is told so here."""

    REQUIRED: ClassVar[frozenset[str]] = frozenset({"name", "needed", "valid_during"})

    name: Line | None = None
    needed: Annotated[int, Field(ge=1, le=10_000)] | None = None
    valid_during: PeriodStated | None = None


class PostEnding(Body):
    """`valid_to` is the first day on which the post doesn't exist any more."""

    valid_to: date


class PostPeriod(Shape):
    """The days of a post at its place; `from` null: since whenever, as nobody has said."""

    from_: date | None = Field(alias="from")
    to: date | None


class Post(Shape):
    """Where a post is on the day; `filled` counts who is in office on it. `valid_during`: how long it is at that place."""

    id: UUID
    institution_id: UUID
    unit_id: UUID | None
    name: str
    role: str
    needed: int
    filled: int
    valid_during: PostPeriod


class PostPage(Shape):
    items: list[Post]
    next: str | None
    count: int | None = None


class Vacancy(Shape):
    """A seat that nobody fills, or a post that lacks people. `name` of the place or post; `stood_in`: a Plh acts beside it."""

    kind: Literal["seat", "post"]
    role: str
    institution_id: UUID
    unit_id: UUID | None
    post_id: UUID | None
    name: str
    needed: int
    filled: int
    stood_in: bool


class VacancyPage(Shape):
    items: list[Vacancy]
    next: str | None
    count: int | None = None


class NewAppointment(Body):
    """Who holds a role at a unit, or at a whole institution; `role` and `acting` are terms of appointment_roles, acting_kinds."""

    person_id: UUID
    unit_id: UUID | None = None
    institution_id: UUID | None = None
    post_id: UUID | None = None
    role: str
    acting: str = "definitive"
    decree_number: DecreeNumber
    decree_date: date | None = None
    appointed_by: UUID | None = Field(None, description="Who appointed: an appointment's or a person's id")
    valid_during: PeriodStated = PeriodStated()


class AppointmentPatch(Patch):
    """A correction: what was believed before stays readable by `known_at`. Ending is an action of its own."""

    REQUIRED: ClassVar[frozenset[str]] = frozenset({"acting", "decree_number", "valid_during"})

    acting: str | None = None
    post_id: UUID | None = None
    decree_number: DecreeNumber | None = None
    decree_date: date | None = None
    appointed_by: UUID | None = None
    valid_during: PeriodStated | None = None


class Ending(Body):
    """`valid_to` is the first day out of office; on the first day in office or before, it cancels the appointment."""

    valid_to: date
    reason: Annotated[str, StringConstraints(min_length=1, max_length=1_000)] | None = None


class Extension(Body):
    """By which decree an appointment lasts until when; its former end stays on record."""

    valid_to: date
    decree_number: DecreeNumber
    decree_date: date | None = None


class ExtensionShown(Shape):
    decree_number: str
    decree_date: date | None
    valid_to_before: date
    valid_to: date


class Caution(Shape):
    """Something lawful but unusual."""

    code: str
    detail: str


class Appointment(Shape):
    """Public: who holds which seat, by which decree, from when to when. `state` is that of the day.

    `warnings`: what is unusual about it, and whether an acting holder is at the limit on the day.
    """

    id: UUID
    person_id: UUID
    person_name: str
    institution_id: UUID
    unit_id: UUID | None
    post_id: UUID | None
    role: str
    acting: str
    decree_number: str
    decree_date: date | None
    appointed_by: UUID | None
    state: State
    extensions: list[ExtensionShown]
    valid_during: Period
    warnings: list[Caution]


class AppointmentPage(Shape):
    items: list[Appointment]
    next: str | None
    count: int | None = None


class Named(Shape):
    id: UUID
    name: str


class SeatHeld(Shape):
    """A seat that the caller holds today."""

    appointment_id: UUID
    role: str
    acting: str
    institution: Named
    unit: Named | None
    valid_during: Period


class CallerShown(Shape):
    kind: Literal["account", "client"]
    id: str
    scopes: list[str]
    institution_id: UUID | None


class Me(Shape):
    """Who calls, which person that is, and the seats held today, each on the local day of its institution."""

    caller: CallerShown
    person: PersonRecord | None
    seats: list[SeatHeld]
