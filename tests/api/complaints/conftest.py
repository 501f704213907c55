"""The desk that tests of complaints sit at."""

import pytest

from support.directory import settled_country
from support.filings import Desk
from support.services import ServiceUnderTest


@pytest.fixture(scope="session")
async def desk(complaints: ServiceUnderTest) -> Desk:
    """The service with one small country in its copy of the registry, shared by all tests: each files its own cases."""
    return Desk(complaints, await settled_country(complaints))
