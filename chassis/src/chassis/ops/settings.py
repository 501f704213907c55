"""Settings come from the environment alone. Each is described here; README lists them, and a test compares."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Environment = Literal["development", "production"]


def _is_web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("it must be an address such as http://127.0.0.1:8000")
    return value


WebAddress = Annotated[str, AfterValidator(_is_web_address)]


class ProcessSettings(BaseSettings):
    """What every process is told. An empty setting is none: its default holds."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True)

    prima_env: Environment = Field("production", description="development allows demo secrets and embedded accounts")
    bind_host: str = Field("127.0.0.1", description="the address to listen on")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="the least level that is logged"
    )
    data_dir: Path = Field(Path("data"), description="the folder of the reference data")
    gateway_url: WebAddress = Field("http://127.0.0.1:8000", description="where this process reaches the gateway")
    workers: int = Field(1, ge=1, le=64, description="processes of a service")
    pool_size: int = Field(8, ge=2, le=64, description="connections to PostgreSQL in each process")


class ServiceSettings(ProcessSettings):
    """What a service behind the gateway is told. `database_url`, `port` and `follower_secret` have the service's name behind them."""

    database_url: SecretStr
    port: int = Field(ge=1, le=65535)
    follower_secret: SecretStr | None = Field(None, description="the secret with which this service follows feeds")
    gateway_internal_url: WebAddress = Field(
        "http://127.0.0.1:8001", description="where a service reaches the gateway's internal port"
    )
    public_url: WebAddress | None = Field(
        None, description="the gateway's address as the public knows it, printed on documents; default `GATEWAY_URL`"
    )


def settings_for(service: str) -> type[ServiceSettings]:
    """The settings class of a service: DATABASE_URL_<SERVICE>, <SERVICE>_PORT, FOLLOWER_SECRET_<SERVICE>."""
    upper = service.upper()
    ports = {"registry": 8101, "complaints": 8102, "evaluation": 8103}

    class Settings(ServiceSettings):
        database_url: SecretStr = Field(
            validation_alias=f"DATABASE_URL_{upper}", description="the service's PostgreSQL 18 database, postgresql://…"
        )
        port: int = Field(
            ports.get(service, 8100),
            ge=1,
            le=65535,
            validation_alias=f"{upper}_PORT",
            description="the port it listens on",
        )
        follower_secret: SecretStr | None = Field(
            None,
            validation_alias=f"FOLLOWER_SECRET_{upper}",
            description="the secret with which this service follows feeds",
        )

    return Settings
