"""The shipped reference data, read once: these tests are about the files themselves."""

from pathlib import Path
from typing import Any

import pytest

from devstack.reference.files import Row, read_json, read_rows

DATA = Path(__file__).parents[3] / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of the reference data."""
    return DATA


@pytest.fixture(scope="session")
def regions() -> dict[str, Row]:
    """Every region by its code."""
    return {row["code"]: row for row in read_rows(DATA / "regions" / "regions.csv")}


@pytest.fixture(scope="session")
def institutions() -> dict[str, Row]:
    """Every institution by its code."""
    return {row["code"]: row for row in read_rows(DATA / "institutions" / "institutions.csv")}


@pytest.fixture(scope="session")
def aliases() -> dict[str, Row]:
    """Every alias by its text without case."""
    return {row["alias"].casefold(): row for row in read_rows(DATA / "institutions" / "aliases.csv")}


@pytest.fixture(scope="session")
def vocabularies() -> dict[str, Any]:
    """Every vocabulary by its name, of all services."""
    merged: dict[str, Any] = {}
    for file in sorted((DATA / "vocabularies").glob("*.json")):
        merged |= read_json(file)
    return merged
