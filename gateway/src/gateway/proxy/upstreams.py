"""A service as the gateway sees it: an address, and separate rooms for separate kinds of work.

Exports and uploads give way before intake, and long polls cost nobody a place: each kind has its own bound.
"""

from dataclasses import dataclass, field

from gateway.proxy.pool import Pool, Room

QUICK = Room(places=64, queue=2048, patience_seconds=1.0)
"""A long queue with little patience: whoever is turned away at once comes back at once, and costs more than one who waits."""
BULK = Room(places=16, queue=16, patience_seconds=2.0)
POLLS = Room(places=128, queue=0, patience_seconds=0.0)


@dataclass(slots=True)
class Upstream:
    """One service. `quick`: ordinary requests; `bulk`: large bodies and streamed lists; `polls`: feeds held open."""

    host: str
    port: int
    quick_room: Room = QUICK
    bulk_room: Room = BULK
    polls_room: Room = POLLS
    quick: Pool = field(init=False)
    bulk: Pool = field(init=False)
    polls: Pool = field(init=False)

    def __post_init__(self) -> None:
        self.quick = Pool(self.host, self.port, room=self.quick_room)
        self.bulk = Pool(self.host, self.port, room=self.bulk_room)
        self.polls = Pool(self.host, self.port, room=self.polls_room)

    @property
    def authority(self) -> bytes:
        """The Host header's value."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}".encode("ascii")

    def close(self) -> None:
        """Cut the connections that are kept open."""
        for pool in (self.quick, self.bulk, self.polls):
            pool.close()
