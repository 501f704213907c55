"""Real rows for every operation, and how its request is made of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from support.cast import Cast
from support.documents import Operation, documents, resolved
from support.samples import Samples

ABSENT = "0199d1a2-0000-7000-8000-0000000000ff"
"""An id that nothing has."""


@dataclass
class World:
    """One service's rows, and the callers who may or may not know of them."""

    cast: Cast
    ids: dict[str, str] = field(default_factory=dict)
    """By the name of a path parameter or a field; `standard_id:published` is what that row of the table means."""
    bodies: dict[str, Any] = field(default_factory=dict)
    """By operation, where a body made of the schema alone says nothing that could be done."""
    queries: dict[str, dict[str, str]] = field(default_factory=dict)
    services: dict[str, dict[str, str]] = field(default_factory=dict)
    """By the name of a path parameter, then by the id of a thing: the service that it is listed under."""
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    """By operation: content type and content of what is no JSON."""

    def path(self, operation: Operation, variant: str = "", *, absent: bool = False) -> str:
        """The address of the row that the operation is tried on; `absent`: of one that isn't there."""
        path = operation.path
        for name, parameter in operation.parameters("path").items():
            known = self.ids.get(f"{name}:{variant}", self.ids.get(name))
            if known is None:
                known = str(Samples({}, parameter["schema"]).body)
            path = path.replace(
                f"{{{name}}}", ABSENT if absent and parameter["schema"].get("format") == "uuid" else known
            )
        return path

    def request(self, operation: Operation) -> dict[str, Any]:
        """Body, query and headers of a request that could succeed."""
        asked = operation.parameters("header")
        headers = {"if-match": "*"} if "if-match" in asked else {}
        options: dict[str, Any] = {"params": self.queries.get(operation.id, {}), "headers": headers}
        if operation.id in self.files:
            headers["content-type"], options["content"] = self.files[operation.id]
        elif operation.body is not None:
            options["json"] = self.bodies.get(operation.id, self._least(operation))
        return options

    def _least(self, operation: Operation) -> Any:
        assert operation.body is not None
        document = documents()[operation.program]
        needed = resolved(document, operation.body).get("required", ())
        made: Mapping[str, Any] = Samples(document, operation.body).body
        return {name: self.ids.get(name, made[name]) for name in needed}
