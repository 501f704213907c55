"""What the complaints service is told beyond what every service is: the key that seals reporters' identities."""

from pydantic import Field, SecretStr, field_validator

from chassis.ops.settings import ServiceSettings
from complaints.keys import BadIdentityKey, read_keys


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

    @field_validator("identity_key")
    @classmethod
    def _is_a_key(cls, value: SecretStr) -> SecretStr:
        try:
            read_keys(value.get_secret_value())
        except BadIdentityKey:
            raise ValueError("it must be 32 bytes in base64url") from None
        return value
