"""The demonstration ends well and computes the published figures."""

import re
from io import StringIO

import pytest
from rich.console import Console

from devstack.demo.journey import walk
from devstack.platform import Platform

pytestmark = pytest.mark.xdist_group("whole-platform")


async def test_the_journey_ends_with_the_published_figures(whole: Platform) -> None:
    told = StringIO()
    await walk(Console(file=told, width=160), whole.address, whole.bootstrap_client())
    text = told.getvalue()
    assert "Index 91.48 (weighting exact), grade A" in text
    assert "State closed, outcome fixed, rated 5 of 5, late: False" in text
    assert "Assigned by authority to: Dinas Kependudukan dan Pencatatan Sipil" in text
    assert "│ satisfaction: index" in text
    assert "the 93 units of data/institutions/denpasar-units.csv" in text


def rated(text: str) -> int:
    """How many rated cases the scorecard counts."""
    found = re.search(r"complaints: rating_mean .*/ (\d+)", text)
    assert found is not None
    return int(found[1])


async def test_walked_again_it_waits_for_its_own_case(whole: Platform) -> None:
    counts = []
    for _ in range(2):
        told = StringIO()
        await walk(Console(file=told, width=160), whole.address, whole.bootstrap_client())
        assert "Index 91.48 (weighting exact), grade A" in told.getvalue()
        counts.append(rated(told.getvalue()))
    assert counts[1] == counts[0] + 1
