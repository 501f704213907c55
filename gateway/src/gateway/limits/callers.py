"""Whose bucket it is: the account or client, or for anybody else a keyed hash of the address. No address is kept."""

from hashlib import blake2b
from ipaddress import IPv6Address, ip_address

_DIGEST_BYTES = 16
_IPV6_NETWORK_BITS = 64
"""What one subscriber gets at least: single addresses of it cost nothing."""


def address_key(address: str, secret: bytes) -> bytes:
    """16 bytes for the network that `address` belongs to; without `secret` (16 to 64 bytes) they tell nothing of it."""
    return blake2b(_network(address), digest_size=_DIGEST_BYTES, key=secret, person=b"caller-address").digest()


def _network(address: str) -> bytes:
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address.encode("utf-8", "surrogateescape")
    if not isinstance(parsed, IPv6Address):
        return parsed.packed
    if parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped.packed
    return parsed.packed[: _IPV6_NETWORK_BITS // 8]
