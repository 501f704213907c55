"""Identities are sealed in their place; equal numbers are found by keyed digests; keys come from one key by purpose."""

import base64
from uuid import UUID

import pytest

from complaints.keys import BadIdentityKey, read_keys
from complaints.reporters.sealing import SealBroken, find_by, seal, unseal

KEYS = read_keys(base64.urlsafe_b64encode(bytes(range(32))).decode())
CASE, OTHER = UUID(int=1), UUID(int=2)
IDENTITY = {"name": "Sari", "phone": "+6281234567890", "email": "Sari@contoh.id", "national_id": None}


def test_what_was_sealed_opens_in_its_place_only() -> None:
    row = seal(KEYS, CASE, IDENTITY)._asdict()
    assert unseal(KEYS, CASE, row) == IDENTITY
    with pytest.raises(SealBroken):
        unseal(KEYS, OTHER, row)
    with pytest.raises(SealBroken):
        unseal(read_keys("A" * 43), CASE, row)
    with pytest.raises(SealBroken):
        unseal(KEYS, CASE, row | {"sealed": row["sealed"][:-1] + bytes([row["sealed"][-1] ^ 1])})


def test_two_seals_of_one_identity_differ_and_its_digests_dont() -> None:
    first, second = seal(KEYS, CASE, IDENTITY), seal(KEYS, OTHER, IDENTITY)
    assert (first.nonce, first.sealed) != (second.nonce, second.sealed)
    assert b"Sari" not in first.sealed
    assert first.phone_index == second.phone_index == find_by(KEYS, "phone", "+6281234567890")
    assert first.email_index == find_by(KEYS, "email", "sari@contoh.id")
    assert first.national_id_index is None
    assert find_by(KEYS, "phone", "1") != find_by(KEYS, "email", "1")


def test_each_purpose_has_its_own_key() -> None:
    keys = {KEYS.sealing, KEYS.index, KEYS.pin, KEYS.token, KEYS.filer}
    assert len(keys) == 5
    assert all(len(key) == 32 for key in keys)
    assert "sealing" not in repr(KEYS)


@pytest.mark.parametrize("text", ["", "kurang", "A" * 42, "A" * 44 + "AA", "?" * 43])
def test_a_key_must_be_32_bytes(text: str) -> None:
    with pytest.raises(BadIdentityKey):
        read_keys(text)


def test_padding_doesnt_matter() -> None:
    assert read_keys("A" * 43) == read_keys("A" * 43 + "=")
