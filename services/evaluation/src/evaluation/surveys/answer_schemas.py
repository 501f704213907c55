"""Wire models of answers to surveys."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StrictInt, StringConstraints, WithJsonSchema

from chassis.http.models import Body, Instant, Line, Shape
from evaluation.surveys.schemas import ElementCode

Term = Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[a-z0-9_]+$")]
Score = Annotated[StrictInt, Field(ge=-100, le=100)]
"""A number of any scale; the survey's own scale is asked of each."""
Scores = Annotated[dict[Annotated[str, StringConstraints(max_length=60)], Score], Field(max_length=60)]


class RespondentProfile(Body):
    """What may be told of the respondent, each by its vocabulary; nothing that names anybody."""

    sex: Term | None = None
    age_band: Term | None = None
    education: Term | None = None
    occupation: Term | None = None
    disability: Term | None = None


class NewAnswer(Body):
    """One respondent's answer: a score of the scale for every element of the survey, by its code."""

    answers: Scores = Field(
        description="Score by element",
        examples=[
            {
                "requirements": 4,
                "procedure": 3,
                "completion_time": 3,
                "fee": 4,
                "product": 4,
                "staff_competence": 3,
                "staff_behaviour": 4,
                "complaint_handling": 4,
                "facilities": 3,
            }
        ],
    )
    id: UUID | None = Field(
        None,
        description="The device's own UUIDv7 for an answer taken offline: sent again, it is kept once. Not with a code",
    )
    expectations: Scores | None = Field(
        None, description="What was expected, for as many elements as one likes, where the survey asks for it"
    )
    channel: Term | None = Field(
        None,
        description="survey_channels; default one_time_code with a code, else online_link. Channels of codes need one",
    )
    profile: RespondentProfile = RespondentProfile()
    service_id: UUID | None = Field(
        None, description="The service used, where the survey is of a unit or an institution"
    )
    reference: Line | None = Field(
        None, description="Number of the transaction: each is answered for once; only its hash is kept"
    )
    received_at: Instant | None = Field(
        None, description="When a paper or interview was taken; default now. Not with a code"
    )
    code: Annotated[str, StringConstraints(min_length=16, max_length=40)] | None = Field(
        None, description="A one-time code: then nobody needs to sign in"
    )


class Answer(Shape):
    """An answer as it is kept. `state` is counted or withdrawn."""

    id: UUID
    survey_id: UUID
    state: str
    answers: dict[str, int]
    expectations: dict[str, int] | None
    channel: str
    profile: dict[str, str | None]
    service_id: UUID | None
    received_at: datetime
    version: int


class AnswerPage(Shape):
    items: list[Answer]
    next: str | None
    count: int | None = None


class AnswerBatch(Body):
    """Up to 1,000 answers; each is taken or refused by itself."""

    items: list[Annotated[Any, WithJsonSchema({"$ref": "#/components/schemas/NewAnswer"})]] = Field(
        min_length=1, max_length=1000
    )


class BatchItem(Shape):
    """What became of the item at the same place: 201 with its id, 200 if it had come before, or a problem document."""

    status: int
    id: UUID | None = None
    problem: dict[str, Any] | None = None


class BatchReply(Shape):
    items: list[BatchItem]


class Correction(Body):
    """What the respondent really answered, and how the mistake was found."""

    answers: Annotated[dict[ElementCode, Score], Field(max_length=60)]
    reason: Line


class Withdrawal(Body):
    reason: Line
