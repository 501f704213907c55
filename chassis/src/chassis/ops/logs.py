"""JSON logs on standard output: one object a line, with the request's id; personal data is masked before it is written."""

import logging
import re
import sys
from collections.abc import MutableMapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import orjson
import structlog

_PRIVATE_NAMES = re.compile(
    r"(?i)(^|_)(name|phone|email|national_id|nik|address|body|title|secret|password|token|pin|tracking_code|authorization|reporter|text)$"
)
_PRIVATE_TEXT = re.compile(
    r"[\w.+-]+@[\w-]+\.[\w.-]+"  # an e-mail address
    r"|(?<!\d)(?:\+?62|0)8\d{7,11}(?!\d)"  # a mobile number
    r"|(?<!\d)\d{16}(?!\d)"  # a NIK
)
_SUSPECT = re.compile(r"@|\d{9}")
"""What private text always has: most text hasn't, and is told apart sooner by this."""
MASK = "***"


@cache
def _is_private(name: str) -> bool:
    return _PRIVATE_NAMES.search(name) is not None


def mask(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: private fields and private-looking text become `***`."""
    for name, value in entry.items():
        if name in ("event", "logger", "level", "timestamp", "request_id", "trace_id"):
            continue
        if _is_private(name):
            entry[name] = MASK
        elif isinstance(value, str):
            entry[name] = _masked(value)
    entry["event"] = _masked(str(entry.get("event", "")))
    return entry


def _masked(text: str) -> str:
    return _PRIVATE_TEXT.sub(MASK, text) if _SUSPECT.search(text) else text


def _trace(_logger: object, _method: str, entry: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Where an error arose, never its message: a message may quote a value."""
    raised = entry.pop("exc_info", None)
    error = sys.exc_info() if raised is True else raised
    if isinstance(error, BaseException):
        error = (type(error), error, error.__traceback__)
    if isinstance(error, tuple) and error[1] is not None:
        frames = []
        step = error[2]
        while step is not None:
            frames.append(f"{step.tb_frame.f_code.co_filename.rsplit('/src/', 1)[-1]}:{step.tb_lineno}")
            step = step.tb_next
        entry["error"] = type(error[1]).__name__
        entry["at"] = frames[-12:]
        sqlstate = getattr(error[1], "sqlstate", None)
        if sqlstate:
            entry["sqlstate"] = sqlstate
            entry["constraint"] = getattr(error[1], "constraint_name", None)
    return entry


class RequestLines:
    """The line of each request, in the form of all others but written straight: nothing in it can be anybody's data.

    Through the processors it was a twentieth of what reading a case costs.
    """

    def __init__(self) -> None:
        self._service: str | None = None

    def open(self, service: str) -> None:
        """From now on lines are written."""
        self._service = service

    def write(
        self, request_id: str, method: str, route: str, status: int, ms: float, *, trace_id: str | None = None
    ) -> None:
        """One line. `route`: the declared path, never the one that was called; `trace_id`: of the trace that the caller named."""
        if self._service is None:
            return
        entry = {
            "service": self._service,
            "request_id": request_id,
            "method": method,
            "route": route,
            "status": status,
            "ms": ms,
            "event": "request",
            "level": "info",
            "timestamp": datetime.now(UTC),
        }
        if trace_id is not None:
            entry["trace_id"] = trace_id
        sys.stdout.buffer.write(orjson.dumps(entry, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z))
        sys.stdout.buffer.flush()


requests = RequestLines()


def set_up(service: str, level: str) -> None:
    """Send structlog's and the standard library's records through the same processors, as JSON lines."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _trace,
        mask,
    ]
    # Our own records don't pass through the standard library, which would double what a request's line costs.
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(serializer=orjson.dumps)],
        logger_factory=structlog.BytesLoggerFactory(sys.stdout.buffer),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(sort_keys=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers[:] = []
        # The access log would cost an eighth of the throughput, and writes addresses with their queries.
        logger.propagate = name != "uvicorn.access"
    for noisy in ("httpx", "httpcore", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(service=service)
    if root.isEnabledFor(logging.INFO):
        requests.open(service)
