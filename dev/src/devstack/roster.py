"""The four programs of the platform: names, ports, databases and the commands that start them.

The supervisor, the compose file's test and the tests of the whole platform all read them here.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Program:
    """One process of the platform. Its name is also its package, run as `python -m <name>`."""

    name: str
    port: int

    @property
    def database(self) -> str:
        return f"prima_{self.name}"

    @property
    def role(self) -> str:
        """The owner of its database, and the only role that may connect to it."""
        return self.database

    @property
    def url_setting(self) -> str:
        return f"DATABASE_URL_{self.name.upper()}"

    @property
    def port_setting(self) -> str:
        return f"{self.name.upper()}_PORT"

    def command(self, *verb: str) -> tuple[str, ...]:
        """`python -m <name> <verb>`; without a verb it serves until it is told to stop."""
        return ("python", "-m", self.name, *verb)


GATEWAY = Program("gateway", 8000)
REGISTRY = Program("registry", 8101)
COMPLAINTS = Program("complaints", 8102)
EVALUATION = Program("evaluation", 8103)

SERVICES = (REGISTRY, COMPLAINTS, EVALUATION)
PROGRAMS = (GATEWAY, *SERVICES)

INTERNAL = "gateway_internal"
"""The gateway's second port, which is for the services and for who watches over the platform."""
PORTS = {**{program.name: program.port for program in PROGRAMS}, INTERNAL: 8001}
"""Every port that the platform listens on, by the name that its setting has before `_PORT`."""

MIGRATE = "migrate"
LOAD_REFERENCE_DATA = "load-reference-data"

WRONG_SETTING = 2
"""The exit code of a program that doesn't take its settings; it has said why in one sentence."""
