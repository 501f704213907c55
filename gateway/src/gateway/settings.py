"""The gateway's settings, from the environment alone; and which of them production refuses."""

from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from chassis.ops.settings import ProcessSettings, WebAddress
from gateway.credentials.sealing import read_secret
from gateway.limits.limiter import quotas_from

_REPOSITORY = Path(__file__).resolve().parents[3]
_SHORTEST_SECRET = 32
_FEWEST_LETTERS = 10
_DEMO_WORDS = ("change", "example", "secret", "password", "development")


class GatewaySettings(ProcessSettings):
    """What the gateway is told."""

    database_url: SecretStr = Field(
        validation_alias="DATABASE_URL_GATEWAY", description="the gateway's PostgreSQL 18 database, postgresql://…"
    )
    port: int = Field(8000, ge=1, le=65535, validation_alias="GATEWAY_PORT", description="the port of the public API")
    internal_port: int = Field(
        8001,
        ge=0,
        le=65535,
        validation_alias="GATEWAY_INTERNAL_PORT",
        description="the gateway's port for the platform itself: keys and metrics; never published",
    )
    gateway_secret: SecretStr = Field(
        description="32 bytes in base64url: seals the signing keys and accounts' names; without it they are lost"
    )
    registry_url: WebAddress = Field("http://127.0.0.1:8101", description="where the gateway reaches the registry")
    complaints_url: WebAddress = Field("http://127.0.0.1:8102", description="where the gateway reaches complaints")
    evaluation_url: WebAddress = Field("http://127.0.0.1:8103", description="where the gateway reaches evaluation")
    bootstrap_client_secret: SecretStr | None = Field(
        None, description="secret of the first client, `bootstrap`; without it one is made and written to a file"
    )
    bootstrap_client_file: Path = Field(
        Path("var/bootstrap-client.json"), description="where the first client's made secret is written, mode 600"
    )
    follower_secret_registry: SecretStr | None = Field(None, description="secret of the client `service-registry`")
    follower_secret_complaints: SecretStr | None = Field(None, description="secret of the client `service-complaints`")
    follower_secret_evaluation: SecretStr | None = Field(None, description="secret of the client `service-evaluation`")
    rate_limits: str = Field(
        "", description="quotas that differ from the built-in ones: class=requests/seconds, separated by commas"
    )
    cors_origins: str = Field(
        "", description="origins whose pages may call the API from a browser, separated by commas; `*` for all"
    )
    trusted_proxies: str = Field(
        "", description="addresses of load balancers whose X-Forwarded-For is believed, separated by commas"
    )
    oidc_issuer: str | None = Field(
        None, description="issuer address of an OpenID Connect provider whose access tokens are taken"
    )
    oidc_audience: str = Field("prima", description="the audience that the provider's tokens must name")
    docs_dir: Path = Field(_REPOSITORY / "docs", description="the folder that holds openapi/prima.json")

    @field_validator("gateway_secret")
    @classmethod
    def _is_key(cls, value: SecretStr) -> SecretStr:
        read_secret(value.get_secret_value())
        return value

    @field_validator("rate_limits")
    @classmethod
    def _is_readable(cls, value: str) -> str:
        quotas_from(value)
        return value

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, value: str) -> str:
        for origin in filter(None, map(str.strip, value.split(","))):
            parts = urlsplit(origin)
            if origin != "*" and not (parts.scheme and parts.hostname and not parts.path):
                raise ValueError("it must list origins such as https://app.example.go.id, without a path, or be *")
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _are_addresses(cls, value: str) -> str:
        for address in filter(None, map(str.strip, value.split(","))):
            try:
                ip_network(address, strict=False)
            except ValueError:
                raise ValueError("it must list addresses or networks such as 10.0.0.7 or 10.0.0.0/8") from None
        return value

    @field_validator("oidc_issuer")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise ValueError("it must begin with https://")
        return value

    @model_validator(mode="after")
    def _fit_for_production(self) -> Self:
        if self.prima_env != "production":
            return self
        required = {
            "GATEWAY_SECRET": self.gateway_secret,
            "BOOTSTRAP_CLIENT_SECRET": self.bootstrap_client_secret,
            **{f"FOLLOWER_SECRET_{service.upper()}": found for service, found in self._follower_fields().items()},
        }
        for name, secret in required.items():
            if secret is None or _is_demo(secret.get_secret_value()):
                raise ValueError(f"{name} must hold a random secret of at least 32 letters in production")
        return self

    def _follower_fields(self) -> Mapping[str, SecretStr | None]:
        return {
            "registry": self.follower_secret_registry,
            "complaints": self.follower_secret_complaints,
            "evaluation": self.follower_secret_evaluation,
        }

    @property
    def follower_secrets(self) -> dict[str, str]:
        """Secrets of the services' own clients, by service; in development some may be missing."""
        return {service: found.get_secret_value() for service, found in self._follower_fields().items() if found}

    @property
    def service_urls(self) -> dict[str, str]:
        """Addresses of the services, by name."""
        return {"registry": self.registry_url, "complaints": self.complaints_url, "evaluation": self.evaluation_url}


def _is_demo(secret: str) -> bool:
    """Short, repetitive, or with a word that random text doesn't hold (once in a hundred million)."""
    plain = secret.lower()
    return (
        len(secret) < _SHORTEST_SECRET
        or len(set(secret)) < _FEWEST_LETTERS
        or any(word in plain for word in _DEMO_WORDS)
    )
