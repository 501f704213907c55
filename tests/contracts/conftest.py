"""Each service on a database of its own, walked through all that it records."""

from collections.abc import AsyncIterator

import pytest

from complaints.service import SERVICE as COMPLAINTS
from contracts import walks
from devstack.postgres import Cluster
from evaluation.service import SERVICE as EVALUATION
from registry.service import SERVICE as REGISTRY
from support.services import ServiceUnderTest, service_under_test


@pytest.fixture(scope="session")
async def walked_registry(postgres: Cluster) -> AsyncIterator[ServiceUnderTest]:
    async with service_under_test(postgres, REGISTRY) as service:
        await walks.walk_registry(service)
        yield service


@pytest.fixture(scope="session")
async def walked_complaints(postgres: Cluster) -> AsyncIterator[ServiceUnderTest]:
    async with service_under_test(postgres, COMPLAINTS) as service:
        await walks.walk_complaints(service)
        yield service


@pytest.fixture(scope="session")
async def walked_evaluation(postgres: Cluster) -> AsyncIterator[ServiceUnderTest]:
    async with service_under_test(postgres, EVALUATION) as service:
        await walks.walk_evaluation(service)
        yield service


@pytest.fixture
def walked(request: pytest.FixtureRequest) -> ServiceUnderTest:
    """The walked service that a test's parameter names."""
    found: ServiceUnderTest = request.getfixturevalue(f"walked_{request.param}")
    return found
