"""The notebook, running on a registry's empty database with its own few tables."""

from collections.abc import AsyncIterator

import pytest

from devstack.postgres import Cluster
from support.notebook import DDL, SERVICE
from support.services import ServiceUnderTest, service_under_test


@pytest.fixture(scope="session")
async def notebook(postgres: Cluster) -> AsyncIterator[ServiceUnderTest]:
    """The notebook without background tasks."""
    async with service_under_test(postgres, SERVICE, loaded=False) as service:
        async with service.connection() as connection:
            await connection.execute(DDL)
        yield service
