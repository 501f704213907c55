"""The line of a request: one JSON object with the fields of every other line, or none before logs are set up."""

import io
import json
import sys
from datetime import datetime
from types import SimpleNamespace

import pytest

from chassis.ops.logs import RequestLines


def test_a_request_is_one_line_of_json(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=written))
    lines = RequestLines()
    lines.write("r-1", "GET", "/v1/complaints/{case_id}", 200, 1.5)
    assert written.getvalue() == b""
    lines.open("complaints")
    lines.write("r-2", "POST", "/v1/complaints", 201, 2.5)
    (line,) = written.getvalue().splitlines()
    entry = json.loads(line)
    assert datetime.fromisoformat(entry.pop("timestamp")).utcoffset() is not None
    assert entry == {
        "service": "complaints",
        "request_id": "r-2",
        "method": "POST",
        "route": "/v1/complaints",
        "status": 201,
        "ms": 2.5,
        "event": "request",
        "level": "info",
    }
