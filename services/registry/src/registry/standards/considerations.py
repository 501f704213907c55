"""With regard to what a standard is drafted, and the data that each consideration rests on (UU 25/2009 art. 20(1))."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Line, RegionCode
from registry.standards.components import Passage

_REFERENCE = Text(
    "Sebutkan acuannya; untuk wilayah, kode wilayahnya saja.", "State the reference; of a region its code alone."
)


class _Resting(Body):
    """`reference`: a path of this API (`/v1/surveys/…`, `/v1/units/…`) or where else it can be looked up; `as_of`: its day."""

    reference: Line
    as_of: date | None = None
    note: Line | None = None


class OnCapability(_Resting):
    kind: Literal["staff", "facilities", "other"]


class OnNeeds(_Resting):
    kind: Literal["survey_result", "complaint_statistics", "other"]


class OnConditions(Body):
    """A region by its code, or anything else by a reference."""

    kind: Literal["region", "other"]
    region_code: RegionCode | None = None
    reference: Line | None = None
    as_of: date | None = None
    note: Line | None = None

    @model_validator(mode="after")
    def _referring(self) -> "OnConditions":
        stated = self.region_code if self.kind == "region" else self.reference
        if stated is None or (self.kind == "region") == (self.reference is not None):
            raise Broken("reference", _REFERENCE)
        return self


class Data(Body):
    """What each consideration rests on: staff and facilities, results of surveys and complaints, the region."""

    capability: Annotated[list[OnCapability], Field(max_length=20)] = Field(default_factory=list)
    community_needs: Annotated[list[OnNeeds], Field(max_length=20)] = Field(default_factory=list)
    local_conditions: Annotated[list[OnConditions], Field(max_length=20)] = Field(default_factory=list)


class Considerations(Body):
    """The provider's capability, the community's needs, the surroundings; and the data that they rest on, where named."""

    capability: Passage = ""
    community_needs: Passage = ""
    local_conditions: Passage = ""
    data: Data | None = None


def kept(considerations: Considerations) -> dict[str, Any]:
    """The considerations as they are stored: without what isn't said."""
    content = considerations.model_dump(mode="json", exclude={"data"})
    data = {} if considerations.data is None else considerations.data.model_dump(mode="json", exclude_none=True)
    named = {kind: listed for kind, listed in data.items() if listed}
    return {**content, "data": named} if named else content
