"""What a platform is told by its environment, checked before anything starts, and what it tells its programs.

Each program receives its own database and secrets only, and whatever else the caller's environment holds.
"""

import errno
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from urllib.parse import parse_qs, urlsplit

from devstack.layout import DATA, Layout
from devstack.roster import GATEWAY, PORTS, PROGRAMS, SERVICES
from devstack.secrets import Secrets

ANY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on
WITHHELD_PREFIXES = ("PG", "DATABASE_URL_", "FOLLOWER_SECRET_", "BOOTSTRAP_CLIENT_")
WITHHELD = ("GATEWAY_SECRET", "IDENTITY_KEY")


class Refused(Exception):
    """The platform can't start as things are; the message is one sentence that says what to do."""


@dataclass(frozen=True)
class Settings:
    """`ports` has the names of `PORTS`, `database_urls` programs' names; a program without a URL gets an embedded database."""

    host: str
    ports: dict[str, int]
    database_urls: dict[str, str]
    caller: Mapping[str, str]

    def address(self, name: str) -> str:
        """The address at which this machine reaches a port, by its name in `PORTS`."""
        return f"http://{'127.0.0.1' if self.host in ANY_ADDRESS else self.host}:{self.ports[name]}"

    @property
    def needs_embedded_server(self) -> bool:
        return len(self.database_urls) < len(PROGRAMS)


def read_settings(caller: Mapping[str, str]) -> Settings:
    """Read and check the settings.

    Raises: Refused.
    """
    if caller.get("PRIMA_ENV", "development") != "development":
        raise Refused(
            "PRIMA_ENV must be development here: in production each program is started by itself, see docker-compose.yml."
        )
    ports = {name: _port(caller, _port_setting(name), default) for name, default in PORTS.items()}
    for one, other in combinations(PORTS, 2):
        if ports[one] == ports[other]:
            both = f"{_port_setting(one)} and {_port_setting(other)}"
            raise Refused(f"{both} are the same port, {ports[one]}: choose another for one of them.")
    urls = {
        program.name: _database_url(caller, program.url_setting)
        for program in PROGRAMS
        if caller.get(program.url_setting)
    }
    return Settings(caller.get("BIND_HOST") or "127.0.0.1", ports, urls, caller)


def refuse_taken_ports(settings: Settings) -> None:
    """Raises: Refused, if another program listens on one of the ports."""
    for name, port in settings.ports.items():
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise Refused(
                        f"BIND_HOST={settings.host} and {_port_setting(name)}={port} can't be listened on "
                        f"({error.strerror}): give an address of this machine, such as 127.0.0.1, and a port above 1023."
                    ) from error
                raise Refused(
                    f"Port {port} on {settings.host} can't be used ({error.strerror}): stop the program that has it, "
                    f"or choose another port, as in `{_port_setting(name)}={port + 1000} make run`."
                ) from error


def environments(
    settings: Settings, layout: Layout, secrets: Secrets, *, database_urls: Mapping[str, str]
) -> dict[str, dict[str, str]]:
    """The whole environment of each program, by name. Secrets in the caller's environment win over stored ones."""
    withheld = {name for name in settings.caller if name.startswith(WITHHELD_PREFIXES) or name in WITHHELD}
    passed = {name: value for name, value in settings.caller.items() if name not in withheld}
    secret = {**secrets.environment(), **{name: settings.caller[name] for name in withheld if settings.caller[name]}}
    followers = {f"FOLLOWER_SECRET_{service.name.upper()}": service.name for service in SERVICES}
    shared = {
        **passed,
        "PRIMA_ENV": "development",
        "PYTHONUNBUFFERED": "1",
        "PYTHONSAFEPATH": "1",  # a folder that happens to be named like a package isn't one
        "BIND_HOST": settings.host,
        "DATA_DIR": str(DATA),
        **{_port_setting(name): str(port) for name, port in settings.ports.items()},
        **{f"{name.upper()}_URL": settings.address(name) for name in settings.ports},
    }
    own = {
        program.name: {
            **shared,
            program.url_setting: database_urls[program.name],
            **{name: secret[name] for name, owner in followers.items() if program == GATEWAY or owner == program.name},
        }
        for program in PROGRAMS
    }
    own["complaints"]["IDENTITY_KEY"] = secret["IDENTITY_KEY"]
    own["gateway"].update(
        {"BOOTSTRAP_CLIENT_FILE": str(layout.bootstrap_client), "GATEWAY_SECRET": secret["GATEWAY_SECRET"]},
        **{name: value for name, value in secret.items() if name.startswith("BOOTSTRAP_CLIENT_")},
    )
    return own


def free_ports() -> dict[str, int]:
    """Free ports for a platform beside others. Taken at once, or someone else may take them."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in PORTS]
    try:
        return {name: held.getsockname()[1] for name, held in zip(PORTS, sockets, strict=True)}
    finally:
        for held in sockets:
            held.close()


def _port_setting(name: str) -> str:
    return f"{name.upper()}_PORT"


def _port(caller: Mapping[str, str], setting: str, default: int) -> int:
    text = caller.get(setting) or str(default)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise Refused(f"{setting}={text} isn't a port: give a number from 1 to 65535.")
    return int(text)


def _database_url(caller: Mapping[str, str], setting: str) -> str:
    url = caller[setting]
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise Refused(f"{setting} isn't a database's address: give postgresql://role:password@host:5432/database.")
    if not (parts.hostname or parse_qs(parts.query).get("host")):
        raise Refused(f"{setting} names no host: give postgresql://role:password@host:5432/database.")
    return url
