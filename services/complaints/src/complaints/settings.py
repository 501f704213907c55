"""What the complaints service is told beyond what every service is: the key that seals identities, how files are checked, how notices go out."""

import re

from pydantic import Field, SecretStr, field_validator

from chassis.ops.settings import ServiceSettings
from complaints.keys import BadIdentityKey, read_keys
from complaints.notices.adapters import SmtpAdapter


class ComplaintsSettings(ServiceSettings):
    """The settings of the process that serves; migrating and loading need no identity key."""

    database_url: SecretStr = Field(
        validation_alias="DATABASE_URL_COMPLAINTS", description="the service's PostgreSQL 18 database, postgresql://…"
    )
    port: int = Field(8102, ge=1, le=65535, validation_alias="COMPLAINTS_PORT", description="the port it listens on")
    follower_secret: SecretStr | None = Field(
        None,
        validation_alias="FOLLOWER_SECRET_COMPLAINTS",
        description="the secret with which this service follows feeds",
    )
    identity_key: SecretStr = Field(description="32 bytes in base64url: seals reporters' identities")
    upload_max_bytes: int = Field(
        10 * 1024 * 1024, ge=1024, le=32 * 1024 * 1024, description="the largest file that is taken, in bytes"
    )
    clamd_address: str | None = Field(
        None, description="ClamAV's daemon, host:port or unix:/path; without it files pass the built-in checks alone"
    )
    smtp_url: SecretStr | None = Field(
        None, description="the mail server for notices, smtp://user:password@host:587 or smtps://…; none: no e-mail"
    )
    notice_sender: str = Field("no-reply@localhost", description="the address from which notices are sent")

    @field_validator("identity_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        try:
            read_keys(value.get_secret_value())
        except BadIdentityKey:
            raise ValueError("it must be 32 bytes in base64url") from None
        return value

    @field_validator("clamd_address")
    @classmethod
    def _is_a_daemon(cls, value: str | None) -> str | None:
        host, _, port = (value or "").rpartition(":")
        if value and not (value.startswith("unix:/") or (host and port.isdecimal())):
            raise ValueError("it must be host:port or unix:/path")
        return value

    @field_validator("notice_sender")
    @classmethod
    def _is_a_mailbox(cls, value: str) -> str:
        if not re.fullmatch(r"[^\s@]+@[^\s@]+", value):
            raise ValueError("it must be an e-mail address")
        return value

    @field_validator("smtp_url")
    @classmethod
    def _is_a_mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            SmtpAdapter(value.get_secret_value(), "")
        return value
