"""Wire models of standards. The components' own shapes are in components.py."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import BeforeValidator, Field, ValidationError

from chassis.http.models import Body, Code, Line, Prose, Shape
from chassis.http.refusals import told
from registry.standards.components import Components, stored
from registry.standards.considerations import Considerations, kept


def _named(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class TeamMember(Body):
    """Who drafts for the provider; a bare name is taken too."""

    name: Line
    post: Line | None = None


Team = Annotated[list[Annotated[TeamMember, BeforeValidator(_named)]], Field(min_length=1, max_length=100)]


class StandardDraft(Body):
    """A new version. Without `number` one is made of the service's code and the version."""

    number: Code | None = None
    provider_team: Team
    considerations: Considerations = Considerations()
    components: Components = Components()
    manufacturing_public: bool = True


class StandardPatch(Body):
    """A JSON merge patch: a component or a field of it set to null is taken out."""

    components: dict[str, Any] | None = None
    considerations: dict[str, Any] | None = None
    provider_team: Team | None = None
    manufacturing_public: bool | None = None


class Abandonment(Body):
    """Why a draft ends; once a consultation was opened, its participants must have been told."""

    reason: Prose
    participants_told: bool = False


class SettingsBody(Body):
    """An institution's settings. Whether an acting head may stipulate isn't settled by law: Plt yes, Plh no, unless said here."""

    plt_may_stipulate: bool = True
    plh_may_stipulate: bool = False
    public_test_may_be_skipped: bool = False
    public_test_least_days: Annotated[int, Field(ge=0, le=365)] = 0


def merged(held: Any, patch: Any) -> Any:
    """A JSON merge patch applied (RFC 7386)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(held) if isinstance(held, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


_Model = TypeVar("_Model", bound=Body)


def patched(row: Any, patch: StandardPatch) -> dict[str, Any]:
    """The draft's content after the patch. Raises Unprocessable for what doesn't have a component's shape."""
    components, considerations = row["components"], row["considerations"]
    if patch.components is not None:
        components = stored(_validated(Components, merged(components, patch.components), "components"))
    if patch.considerations is not None:
        found = _validated(Considerations, merged(considerations, patch.considerations), "considerations")
        considerations = kept(found)
    flag = row["manufacturing_public"] if patch.manufacturing_public is None else patch.manufacturing_public
    team = row["provider_team"]
    if patch.provider_team is not None:
        team = [member.model_dump() for member in patch.provider_team]
    return {
        "components": components,
        "considerations": considerations,
        "provider_team": team,
        "manufacturing_public": flag,
    }


def _validated(model: type[_Model], content: Any, place: str) -> _Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise told([{**found, "loc": ("body", place, *found["loc"])} for found in error.errors()]) from None


class Standard(Shape):
    """A version of a service's standard. `components` are keyed by standard_components; those a reader may not see are left out.

    `provider_team` and `changeable_components` (while finalising) are told to the unit's people alone. `effective_to` is exclusive.
    `consultation_elements` (who attended), `publication_media`, `charter_state`, `reviewed_on`: null where not recorded.
    """

    id: UUID
    service_id: UUID
    unit_id: UUID
    institution_id: UUID
    number: str
    version: int
    state: str
    in_force: bool
    components: Components
    considerations: Considerations
    provider_team: list[dict[str, Any]] | None
    manufacturing_public: bool
    changeable_components: list[str] | None
    content_hash: str | None
    predecessor_id: UUID | None
    effective_on: date | None
    effective_to: date | None
    review_due_on: date | None
    consultation_elements: list[str] | None
    publication_media: list[str] | None
    charter_state: str | None
    reviewed_on: date | None
    review_state: str | None = Field(
        description="current, advised (after one year), due (after three); null: not in force"
    )
    created_at: datetime
    changed_at: datetime
    allowed_actions: list[str]


class StandardPage(Shape):
    items: list[Standard]
    next: str | None
    count: int | None = None


class StandardSummary(Shape):
    """A version without its text."""

    id: UUID
    service_id: UUID
    service_code: str
    service_name: str
    unit_id: UUID
    institution_id: UUID
    number: str
    version: int
    state: str
    in_force: bool
    effective_on: date | None
    effective_to: date | None
    review_due_on: date | None
    reviewed_on: date | None
    review_state: str | None
    charter_state: str | None
    changed_at: datetime


class StandardSummaries(Shape):
    items: list[StandardSummary]
    next: str | None
    count: int | None = None


class DifferenceShape(Shape):
    """What differs in one component or consideration."""

    part: Literal["components", "considerations"]
    code: str
    change: Literal["added", "removed", "changed"]
    before: Any
    after: Any
    added: list[Any]
    removed: list[Any]
    effect: Literal["better", "worse", "unknown"]


class Comparison(Shape):
    """From the version `against` to the version asked for."""

    id: UUID
    against: UUID
    differences: list[DifferenceShape]


class MoveShape(Shape):
    """One act in a version's life."""

    action: str
    state_before: str
    state_after: str
    actor: str
    person_id: UUID | None
    details: dict[str, Any]
    at: datetime


class History(Shape):
    items: list[MoveShape]


class Settings(Shape):
    """An institution's settings in force; `changed_at` null: the defaults."""

    institution_id: UUID
    plt_may_stipulate: bool
    plh_may_stipulate: bool
    public_test_may_be_skipped: bool
    public_test_least_days: int
    changed_at: datetime | None
