"""Sealing a reporter's identity: AES-256-GCM, a nonce for each record, the record's place as associated data.

A sealed identity moved to another row doesn't open there. Keyed digests find the same number again without telling it.
"""

import hashlib
import hmac
import os
from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from complaints.keys import KEY_VERSION, CaseKeys
from complaints.reporters.contacts import folded

_NONCE_BYTES = 12


class Sealed(NamedTuple):
    """A row of `reporters` without its case and kind."""

    key_version: int
    nonce: bytes
    sealed: bytes
    phone_index: bytes | None
    email_index: bytes | None
    national_id_index: bytes | None


class SealBroken(Exception):
    """The identity was altered, moved to another row, or sealed with another key."""


def seal(keys: CaseKeys, case_id: UUID, identity: Mapping[str, Any]) -> Sealed:
    """Seal an identity `{name, phone, email, national_id, address, proxy, …}`; contacts in their one form (contacts.py)."""
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(keys.sealing).encrypt(nonce, orjson.dumps(identity), _place(case_id, KEY_VERSION))
    email = identity.get("email")
    return Sealed(
        KEY_VERSION,
        nonce,
        sealed,
        find_by(keys, "phone", identity.get("phone")),
        find_by(keys, "email", folded(email) if email else None),
        find_by(keys, "national_id", identity.get("national_id")),
    )


def unseal(keys: CaseKeys, case_id: UUID, row: Mapping[str, Any]) -> dict[str, Any]:
    """The identity of a row of `reporters`. Raises SealBroken."""
    try:
        opened = AESGCM(keys.sealing).decrypt(
            bytes(row["nonce"]), bytes(row["sealed"]), _place(case_id, row["key_version"])
        )
    except InvalidTag as error:
        raise SealBroken from error
    identity: dict[str, Any] = orjson.loads(opened)
    return identity


def find_by(keys: CaseKeys, kind: str, value: str | None) -> bytes | None:
    """The digest under which a contact in its one form is found."""
    return hmac.digest(keys.index, f"{kind} {value}".encode(), hashlib.sha256) if value else None


def _place(case_id: UUID, key_version: int) -> bytes:
    return f"reporters/{case_id}/{key_version}".encode()
