"""What can be exported: a list's filter, and how its rows are opened for whoever asked."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model
from starlette.datastructures import State

from chassis.http.filters import Chosen, Filters
from chassis.http.flaws import flaw
from chassis.http.identity import Caller
from chassis.http.problems import Unprocessable
from chassis.http.streams import Form, Open


@dataclass(frozen=True, slots=True)
class Asked:
    """An export as its work begins. `state` is the application's."""

    state: State
    caller: Caller
    form: Form
    chosen: Chosen
    since: datetime | None
    now: datetime


def _as_is(chosen: Chosen) -> Chosen:
    return chosen


@dataclass(frozen=True)
class Resource:
    """`settle` makes the list's conditions of a filter, as the list itself does."""

    name: str
    filters: Filters
    open: Callable[[Asked], Awaitable[Open]]
    settle: Callable[[Chosen], Chosen] = _as_is
    knows_changes: bool = False
    """Whether `since` is understood."""

    @cached_property
    def _model(self) -> type[BaseModel]:
        fields: dict[str, Any] = {}
        for number, parameter in enumerate(self.filters.parameters):
            kind = parameter.annotation
            if parameter.many:
                kind = Annotated[kind, BeforeValidator(_listed)]
            fields[f"parameter_{number}"] = (kind | None, Field(None, alias=parameter.name))
        settings = ConfigDict(extra="forbid", str_strip_whitespace=True)
        return create_model(f"{self.name.title()}Filter", __config__=settings, **fields)

    def choose(self, sent: Mapping[str, Any]) -> Chosen:
        """The filter of a body, by the names and values of the list's parameters. Raises Unprocessable."""
        try:
            read = self._model.model_validate(dict(sent))
        except ValidationError as error:
            found = [flaw({**each, "loc": ("body", "filter", *each["loc"])}) for each in error.errors()]
            raise Unprocessable(errors=found) from None
        stated = read.model_dump(by_alias=True, exclude_none=True)
        chosen = Chosen(stated, self.filters.default_sort, 0, None, True, "", ())
        return self.settle(chosen)


def _listed(value: Any) -> Any:
    """One value stands for a list of one, as in a query."""
    return [value] if isinstance(value, str) else value
