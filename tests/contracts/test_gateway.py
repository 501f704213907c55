"""The gateway and the services: every operation has its way through, and what services ask of the gateway it answers."""

import httpx
import pytest

from chassis.ops.client import GatewayClient
from gateway.proxy.routes import owner
from support.documents import Operation, operations
from support.gateway import FOLLOWER_SECRET, GatewayUnderTest


@pytest.mark.parametrize("operation", list(operations()), ids=lambda operation: operation.id)
def test_an_operation_is_reached_through_the_gateway(operation: Operation) -> None:
    assert (owner(operation.path) or "gateway") == operation.program


async def test_a_service_gets_its_token_its_keys_and_a_feed(gateway: GatewayUnderTest) -> None:
    """GatewayClient is what services call the gateway with; here it calls the real one."""
    inside = f"http://127.0.0.1:{gateway.own.state.inside_port}"
    client = GatewayClient(str(gateway.client.base_url), inside, service="registry", secret=FOLLOWER_SECRET)
    try:
        assert len((await client.keys()).keys) >= 1
        reply = await client.follow("complaints", "s-1", 0)
        assert reply.status_code == httpx.codes.OK
        seen = gateway.services["complaints"].requests[-1]
        assert seen["path"] == "/v1/feeds/complaints"
        assert dict(seen["headers"])["internal-token"]
    finally:
        await client.close()
