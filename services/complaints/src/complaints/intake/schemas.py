"""Wire models of filing. Codes of vocabularies are checked in validity.py, all flaws at once."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from chassis.http.models import Body, Code, Instant, Line, Prose, RegionCode, Shape

Title = Annotated[str, StringConstraints(min_length=3, max_length=200, pattern=r"^[^\r\n]*$")]
CaseType = Literal["complaint", "aspiration", "input", "information_request"]


class Location(Body):
    """Where it happened, WGS 84."""

    lat: Annotated[float, Field(ge=-90, le=90)] | None = None
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    address: Line | None = None


class Reporter(Body):
    """Who reports. A name and one contact are needed unless the case is anonymous; all of it is stored sealed."""

    kind: Code = "individual"
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None
    phone: Annotated[str, StringConstraints(max_length=40)] | None = None
    email: Annotated[str, StringConstraints(max_length=254)] | None = None
    national_id: Annotated[str, StringConstraints(max_length=40)] | None = None
    address: Annotated[str, StringConstraints(max_length=500)] | None = None


class Proxy(Body):
    """Who reports for another by power of attorney (UU 25/2009 art. 42(1))."""

    name: Line
    authorisation: Line
    """Number or description of the power of attorney."""


class Consent(Body):
    """How the reporter agreed that an officer files for them (consent_kinds); absent, as the channel tells it."""

    kind: Code
    note: Line | None = None


class InformationWanted(Body):
    """What a request for public information says besides (UU 14/2008 art. 4(3), 22): why, in which form, how it is delivered.

    See information_forms and information_deliveries.
    """

    purpose: Prose | None = None
    form: Code | None = None
    delivery: Code | None = None


class Complaint(Body):
    """What is filed. `id`: an offline client's own UUIDv7, `client_filed_at` when it took the filing. `protected` asks for the
    protected path; `accused_role` is the post of the person complained of. `lapor_classification`: LAPOR!'s own word for it."""

    id: UUID | None = None
    type: CaseType
    title: Title
    body: Prose
    sub_class: Code | None = None
    service_id: UUID | None = None
    unit_id: UUID | None = None
    category: Code | None = None
    region_code: RegionCode | None = None
    location: Location | None = None
    occurred_on: date | None = None
    channel: Code = "website"
    anonymous: bool = False
    confidential: bool = False
    protected: bool = False
    accused_role: Code | None = None
    reporter: Reporter | None = None
    proxy: Proxy | None = None
    ethics_values: list[Code] = Field(default_factory=list, max_length=20)
    requested_solution: Prose | None = None
    loss_amount_idr: Annotated[int, Field(ge=0, le=10**15)] | None = None
    attachment_ids: list[UUID] = Field(default_factory=list, max_length=20)
    client_filed_at: Instant | None = None
    consent: Consent | None = None
    information: InformationWanted | None = None
    lapor_classification: Code | None = None


class Expected(Shape):
    """How long cases of this service or unit took, from receipt to resolution, in days."""

    p50_days: float
    p90_days: float


class Filed(Shape):
    """What the reporter keeps. `access_pin` is shown here and stored nowhere; `due_at`: the earliest duty of the agency."""

    id: UUID
    tracking_code: str
    access_pin: str
    type: str
    state: str
    received_at: datetime
    due_at: datetime | None
    expected: Expected | None


class Receipt(Shape):
    """The receipt of UU 25/2009 art. 44: who complains of what, when and where it was received, by whom."""

    id: UUID
    tracking_code: str
    received_at: datetime
    time_zone: str
    place: str | None
    channel: str
    type: str
    summary: str | None
    reporter: dict[str, Any] | None
    received_by: dict[str, Any]
    due_at: datetime | None
    legal_basis: str
