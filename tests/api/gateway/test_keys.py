"""Signing keys: made once, sealed, published before they sign, and kept until what they signed has expired."""

import asyncio
import base64
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import orjson
import pytest

from devstack.postgres import Cluster
from gateway.credentials.keyring import LEAD, LIFE, LINGER, Keyring
from gateway.credentials.sealing import Sealer, WrongSecret
from support import databases
from support.gateway import GatewayUnderTest, gateway_under_test

SECRET = b"s" * 32
NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def signer_of(token: str) -> str:
    """The kid in a token's header."""
    header = token.split(".")[0]
    return str(orjson.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"])


def kids(keyring: Keyring) -> set[str]:
    return {str(key["kid"]) for key in keyring.published()["keys"]}


async def test_public_keys_alone_are_published(gateway: GatewayUnderTest) -> None:
    reply = await gateway.inside("/internal/jwks.json")
    assert reply.status_code == 200
    for key in reply.json()["keys"]:
        assert (key["kty"], key["crv"], key["alg"], key["use"]) == ("OKP", "Ed25519", "Ed25519", "sig")
        assert "d" not in key


async def test_private_keys_are_sealed(gateway: GatewayUnderTest) -> None:
    async with gateway.connection() as connection:
        rows = await connection.fetch("SELECT kid, sealed FROM signing_keys")
    sealer = Sealer(bytes(32), "signing keys")  # the test's GATEWAY_SECRET is 32 zero bytes
    for row in rows:
        assert b'"d"' not in row["sealed"]
        assert b'"d"' in sealer.open(row["sealed"], place=f"signing_keys/{row['kid']}")
        with pytest.raises(WrongSecret):
            sealer.open(row["sealed"], place="signing_keys/another")


async def test_processes_that_start_together_share_one_key(postgres: Cluster) -> None:
    url = await databases.clone(postgres, "gateway")
    try:
        rings = [Keyring(SECRET) for _ in range(4)]
        connections = [await asyncpg.connect(url) for _ in rings]
        await asyncio.gather(*(ring.load(held, NOW) for ring, held in zip(rings, connections, strict=True)))
        assert len(kids(rings[0])) == 1
        assert all(kids(ring) == kids(rings[0]) for ring in rings)
        with pytest.raises(WrongSecret):
            await Keyring(b"t" * 32).load(connections[0], NOW)
        for held in connections:
            await held.close()
    finally:
        await databases.drop(postgres, url)


async def test_a_key_is_replaced_without_a_gap(postgres: Cluster) -> None:
    url = await databases.clone(postgres, "gateway")
    try:
        connection = await asyncpg.connect(url)
        ring = Keyring(SECRET)
        await ring.load(connection, NOW)
        first = signer_of(ring.sign({}, NOW))
        due = NOW + LIFE + timedelta(seconds=1)
        await ring.load(connection, due)
        assert len(kids(ring)) == 2
        assert signer_of(ring.sign({}, due)) == first  # the new key is published, and signs only later
        second = signer_of(ring.sign({}, due + LEAD))
        assert second in kids(ring) - {first}
        await ring.load(connection, due + LEAD + LINGER - timedelta(seconds=1))
        assert kids(ring) == {first, second}
        await ring.load(connection, due + LEAD + LINGER + timedelta(seconds=1))
        assert kids(ring) == {second}
        await connection.close()
    finally:
        await databases.drop(postgres, url)


async def test_a_running_gateway_hears_of_a_new_key(postgres: Cluster, tmp_path: Path) -> None:
    async with gateway_under_test(postgres, tmp_path) as running:
        other = Keyring(bytes(32))
        async with running.connection() as connection:
            await other.load(connection, datetime.now(UTC))
            async with connection.transaction():
                await other.rotate(connection, datetime.now(UTC))
        deadline = time.monotonic() + 5
        while len((await running.inside("/internal/jwks.json")).json()["keys"]) < 2:
            assert time.monotonic() < deadline, "the new key isn't published"
        assert (await running.call("GET", "/v1/units", token=await running.token())).status_code == 200
