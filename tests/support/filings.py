"""Filing cases and moving them along, as tests of complaints need them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from complaints.attachments import scanning
from complaints.attachments.scanners import BuiltIn
from support.directory import Country
from support.files import png
from support.services import ServiceUnderTest

EVIDENCE = png()


def complaint(country: Country, **changes: Any) -> dict[str, Any]:
    """A complaint with an identified reporter about the counter's service."""
    return {
        "type": "complaint",
        "title": "KTP belum jadi",
        "body": "Sudah tiga minggu menunggu KTP di loket, belum ada kabar.",
        "service_id": str(country.identity_card),
        "category": "population",
        "reporter": {"name": "Ni Wayan Sari", "phone": "0812-3456-7890", "email": "sari@Contoh.id"},
    } | changes


@dataclass
class Desk:
    """A service with a country in its copy, and the verbs of tests on it."""

    service: ServiceUnderTest
    country: Country

    def account(self, name: str) -> dict[str, str]:
        """The headers of an officer of the country, by the name of the seat."""
        return self.service.account(self.country.accounts[name])

    async def file(self, caller: dict[str, str] | None = None, **changes: Any) -> dict[str, Any]:
        """File a complaint as anybody; the reply."""
        caller = caller if caller is not None else self.service.anonymous()
        reply = await self.service.call(
            "POST", "/v1/complaints", caller=caller, json=complaint(self.country, **changes)
        )
        assert reply.status_code == 201, reply.text
        filed: dict[str, Any] = reply.json()
        return filed

    async def get(self, case_id: str, name: str, below: str = "") -> httpx.Response:
        """Read a case, or what is below it, as an officer."""
        return await self.service.call("GET", f"/v1/complaints/{case_id}{below}", caller=self.account(name))

    async def act(self, case_id: str, action: str, name: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """Carry out an officer's action, with the version that the bootstrap client sees."""
        held = await self.service.call("GET", f"/v1/complaints/{case_id}")
        return await self.service.call(
            "POST",
            f"/v1/complaints/{case_id}/{action}",
            caller=self.account(name),
            headers={"if-match": held.headers["etag"]},
            json=body or {},
        )

    async def done(self, case_id: str, action: str, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """As `act`, which must succeed; the case after it."""
        reply = await self.act(case_id, action, name, body)
        assert reply.status_code == 201, reply.text
        case: dict[str, Any] = reply.json()
        return case

    async def uploaded(self, name: str, content: bytes = EVIDENCE) -> str:
        """Upload a file as an officer, checked and found clean; its id."""
        reply = await self.service.call(
            "POST",
            "/v1/uploads",
            caller=self.account(name),
            key=None,
            headers={"content-disposition": 'attachment; filename="bukti.png"'},
            content=content,
        )
        assert reply.status_code == 201, reply.text
        pool = self.service.app.state.side_pool
        while await scanning.scan_next(pool, BuiltIn(), datetime.now(UTC)):
            pass
        return str(reply.json()["id"])

    async def attached(self, case_id: str, name: str, **changes: Any) -> str:
        """A file of the case, attached by an officer; the attachment's id."""
        body = {"upload_ids": [await self.uploaded(name)]} | changes
        reply = await self.act(case_id, "attachments", name, body)
        assert reply.status_code == 201, reply.text
        return str(reply.json()["items"][0]["id"])

    async def assigned(self, **changes: Any) -> str:
        """A case that was verified, classified and assigned to the counter; its id."""
        case_id = str((await self.file(**changes))["id"])
        await self.done(case_id, "verification", "admin", {"complete": True})
        await self.done(case_id, "classification", "admin", {"class": "non_supervisory", "category": "population"})
        await self.done(case_id, "assignment", "admin", {"unit_id": str(self.country.counter)})
        return case_id

    async def in_progress(self, **changes: Any) -> str:
        """A case that the counter accepted; its id."""
        case_id = await self.assigned(**changes)
        await self.done(case_id, "acceptance", "liaison")
        return case_id

    async def track(self, filed: dict[str, Any]) -> httpx.Response:
        """Show code and PIN."""
        return await self.service.call(
            "POST",
            "/v1/tracking",
            caller=self.service.anonymous(),
            json={"tracking_code": filed["tracking_code"], "access_pin": filed["access_pin"]},
        )

    async def tracking(self, filed: dict[str, Any]) -> dict[str, str]:
        """The headers of the reporter who showed code and PIN."""
        token = (await self.track(filed)).json()["tracking_token"]
        return {**self.service.anonymous(), "tracking-token": token}
