"""The secrets of a development platform: made once, kept in one file that only its owner can read.

Production gets its secrets from its own environment; nothing here is for it.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from secrets import token_urlsafe
from typing import Self

from devstack.roster import PROGRAMS, SERVICES

KEY_BYTES = 32


@dataclass(frozen=True)
class Secrets:
    """Passwords and follower secrets are keyed by program name; each secret is 32 bytes in base64url, unpadded."""

    role_passwords: dict[str, str]
    follower_secrets: dict[str, str]
    gateway_secret: str
    identity_key: str

    @classmethod
    def generate(cls) -> Self:
        return cls(
            role_passwords={program.name: token_urlsafe(KEY_BYTES) for program in PROGRAMS},
            follower_secrets={service.name: token_urlsafe(KEY_BYTES) for service in SERVICES},
            gateway_secret=token_urlsafe(KEY_BYTES),
            identity_key=token_urlsafe(KEY_BYTES),
        )

    def environment(self) -> dict[str, str]:
        """The settings by which the programs receive these secrets; database passwords travel in their URLs."""
        return {
            "GATEWAY_SECRET": self.gateway_secret,
            "IDENTITY_KEY": self.identity_key,
            **{f"FOLLOWER_SECRET_{name.upper()}": secret for name, secret in self.follower_secrets.items()},
        }


def load_or_create(path: Path) -> Secrets:
    """Read the secrets, or make them at the first start. The file is never overwritten: it opens what is sealed."""
    if path.exists():
        return Secrets(**json.loads(path.read_text("utf-8")))
    made = Secrets.generate()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, json.dumps(asdict(made), indent=2) + "\n")
    return made


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
