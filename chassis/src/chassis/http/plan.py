"""What a route calls, in order, laid out once: FastAPI's description of a route walked at its start and not in every request.

FastAPI describes (parameters, dependencies, documentation); walking that tree anew for each request took two fifths of a
read. A route that this can't carry out doesn't start.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from inspect import isasyncgenfunction, iscoroutinefunction, unwrap
from typing import Any, get_origin

from fastapi import Request, params
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import QueryParams
from starlette.responses import Response

from chassis.http.problems import BadRequest, Flaw

NO_BODY: Any = object()
"""What stands for the body of a request that has none."""
_FAILED: Any = object()
_SEVERAL = (list, set, frozenset, tuple)
_PLAIN = (type(None), str, int, float, bool)
_UNSUPPORTED = (
    "websocket_param_name", "http_connection_param_name", "response_param_name", "background_tasks_param_name",
    "security_scopes_param_name", "concurrency", "cookie_params",
)  # fmt: skip


class NotCarriedOut(TypeError):
    """The route asks for something of FastAPI that no route of the house uses: see the message."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What stands for a body that isn't JSON."""

    flaw: Flaw


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter of the path, the query or a header; `alias` is its name on the wire."""

    name: str
    alias: str
    place: str
    field: Any
    several: bool
    required: bool

    def read(self, value: Any, into: dict[str, Any], errors: list[Any]) -> None:
        """Check a value that was sent."""
        checked, found = self.field.validate(value, {}, loc=(self.place, self.alias))
        if found:
            errors.extend(found)
        else:
            into[self.name] = checked

    def miss(self, errors: list[Any]) -> None:
        """Note its absence where it is required."""
        if self.required:
            errors.append(_missing(self.place, self.alias))


@dataclass(slots=True)
class _Call:
    """One function: the results of earlier calls that it takes, and its own parameters."""

    function: Callable[..., Any]
    entered: bool
    earlier: list[tuple[str | None, int]] = field(default_factory=list)
    absent: dict[str, Any] = field(default_factory=dict)
    """The arguments of parameters that aren't sent."""
    path: list[_Parameter] = field(default_factory=list)
    query: dict[str, _Parameter] = field(default_factory=dict)
    headers: list[_Parameter] = field(default_factory=list)
    request: str | None = None
    body: _Parameter | None = None


class Plan:
    """The calls of a route; the last one is its handler. Each dependency is called once, before what needs it."""

    def __init__(self, dependant: Dependant) -> None:
        self._calls: list[_Call] = []
        self._add(dependant, {})
        self.known_parameters = frozenset(alias for call in self._calls for alias in call.query)
        """Every query parameter that any of the calls reads."""

    def _add(self, dependant: Dependant, places: dict[Callable[..., Any], int]) -> int:
        """Add what the dependant needs, then itself, unless it has its place already; its place."""
        function = dependant.call
        assert function is not None
        known = places.get(function)
        if known is not None and dependant.use_cache:
            return known
        call = _read_call(dependant, function)
        call.earlier = [(inner.name, self._add(inner, places)) for inner in dependant.dependencies]
        self._calls.append(call)
        places[function] = len(self._calls) - 1
        return places[function]

    async def run(self, request: Request, body: Any, stack: AsyncExitStack, *, flaws: Sequence[Flaw] = ()) -> Response:
        """Call one after the other; what is entered is left when `stack` is. `flaws`: what is known to be wrong already.

        Raises RequestValidationError with all that is wrong with the parameters and the body (Pydantic's errors and flaws),
        and what else the calls raise: who may not call isn't told what is wrong.
        """
        query = request.query_params if request.scope["query_string"] else None
        results: list[Any] = []
        errors: list[Any] = [*flaws]
        handler = self._calls[-1]
        for call in self._calls:
            arguments = call.absent.copy()
            before = len(errors)
            _fill(call, arguments, errors, request=request, query=query, body=body)
            failed = len(errors) > before or (call is handler and before > 0)
            for name, place in call.earlier:
                result = results[place]
                if result is _FAILED:
                    failed = True
                elif name is not None:
                    arguments[name] = result
            if failed:
                results.append(_FAILED)
            elif call.entered:
                results.append(await stack.enter_async_context(call.function(**arguments)))
            elif call is handler:
                results.append(await call.function(**arguments))
            else:
                results.append(await _depend(call.function, arguments, errors))
        if errors:
            raise RequestValidationError(errors, body=None if body is NO_BODY or isinstance(body, Unreadable) else body)
        response: Response = results[-1]
        return response


async def _depend(function: Callable[..., Any], arguments: dict[str, Any], errors: list[Any]) -> Any:
    """Call a dependency; the flaws it finds in a parameter stand beside those of the others."""
    try:
        return await function(**arguments)
    except BadRequest as refusal:
        if type(refusal) is not BadRequest or not refusal.errors:
            raise
        errors.extend(refusal.errors)
        return _FAILED


def _fill(
    call: _Call,
    arguments: dict[str, Any],
    errors: list[Any],
    *,
    request: Request,
    query: QueryParams | None,
    body: Any,
) -> None:
    if call.path:
        given: Mapping[str, Any] = request.path_params
        for parameter in call.path:
            parameter.read(given[parameter.alias], arguments, errors)
    if call.query:
        _fill_query(call.query, query, arguments, errors)
    for parameter in call.headers:
        value = request.headers.get(parameter.alias)
        if value is None:
            parameter.miss(errors)
        else:
            parameter.read(value, arguments, errors)
    if call.request is not None:
        arguments[call.request] = request
    if call.body is not None:
        _read_body(call.body, body, arguments, errors)


def _fill_query(
    parameters: Mapping[str, _Parameter], query: QueryParams | None, arguments: dict[str, Any], errors: list[Any]
) -> None:
    sent: Collection[str] = () if query is None else query.keys()
    for alias in sent:
        parameter = parameters.get(alias)
        if parameter is not None and query is not None:
            value = query.getlist(alias) if parameter.several else query[alias]
            parameter.read(value, arguments, errors)
    for parameter in parameters.values():
        if parameter.required and parameter.alias not in sent:
            parameter.miss(errors)


def _read_body(parameter: _Parameter, body: Any, arguments: dict[str, Any], errors: list[Any]) -> None:
    if body is NO_BODY:
        if parameter.required:
            errors.append(_missing("body"))
        else:
            arguments[parameter.name] = deepcopy(parameter.field.get_default())
        return
    if isinstance(body, Unreadable):
        errors.append(body.flaw)
        return
    checked, found = parameter.field.validate(body, {}, loc=("body",))
    errors.extend(found)
    arguments[parameter.name] = checked


def _missing(*place: str) -> dict[str, Any]:
    return {"type": "missing", "loc": place, "msg": "Field required", "input": None}


def _read_call(dependant: Dependant, function: Callable[..., Any]) -> _Call:
    """A dependant's own parameters. Raises NotCarriedOut."""
    used = [name for name in _UNSUPPORTED if getattr(dependant, name)]
    if used:
        raise NotCarriedOut(f"{function} uses {', '.join(used)}")
    call = _entered(function, dependant.scope) if _is_generator(function) else _Call(_on_the_loop(function), False)
    call.path = [_parameter(found, "path") for found in dependant.path_params]
    queried = [_parameter(found, "query") for found in dependant.query_params]
    call.query = {parameter.alias: parameter for parameter in queried}
    call.headers = [_parameter(found, "header") for found in dependant.header_params]
    call.request = dependant.request_param_name
    call.body = _body(dependant)
    call.absent = _defaults([*queried, *call.headers])
    return call


def _is_generator(function: Callable[..., Any]) -> bool:
    return isasyncgenfunction(unwrap(function))


def _entered(function: Callable[..., Any], scope: str | None) -> _Call:
    if scope != "function":
        raise NotCarriedOut(f'{function} yields: say Depends(…, scope="function"), so that it ends before the reply')
    return _Call(asynccontextmanager(function), True)


def _on_the_loop(function: Callable[..., Any]) -> Callable[..., Any]:
    if not iscoroutinefunction(unwrap(function)):
        raise NotCarriedOut(f"{function} must be async")
    return function


def _parameter(found: Any, place: str) -> _Parameter:
    alias: str = found.alias
    information = found.field_info
    if place == "header" and alias == found.name and information.convert_underscores:
        alias = alias.replace("_", "-")
    if not isinstance(information, params.Param) or found.validation_alias not in (None, alias, found.alias):
        raise NotCarriedOut(f"the parameter {found.name} has a form of its own")
    several = _is_several(information.annotation)
    return _Parameter(found.name, alias, place, found, several, information.is_required())


def _is_several(annotation: Any) -> bool:
    """Whether it is a list, or a list or None."""
    kinds = getattr(annotation, "__args__", ()) if get_origin(annotation) not in _SEVERAL else ()
    return get_origin(annotation) in _SEVERAL or any(get_origin(kind) in _SEVERAL for kind in kinds)


def _body(dependant: Dependant) -> _Parameter | None:
    match dependant.body_params:
        case []:
            return None
        case [found] if not isinstance(found.field_info, params.Form) and not getattr(found.field_info, "embed", False):
            return _Parameter(found.name, found.alias, "body", found, False, found.field_info.is_required())
    raise NotCarriedOut(f"{dependant.call} takes a form or several bodies")


def _defaults(parameters: Sequence[_Parameter]) -> dict[str, Any]:
    defaults = {parameter.name: parameter.field.get_default() for parameter in parameters if not parameter.required}
    for name, value in defaults.items():
        if not isinstance(value, _PLAIN):
            raise NotCarriedOut(f"the default of {name} could be changed by whoever gets it")
    return defaults
