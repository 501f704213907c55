"""Walks through each service's real operations that make it record every type of event that it declares."""

import json
from datetime import timedelta
from typing import Any

from api.complaints.test_succession import dissolve_the_counter, new_unit
from api.evaluation.assessed import all_levels, all_users, assessed
from api.evaluation.conftest import Office, all_of
from api.evaluation.test_instruments import new_version
from api.registry.directory_stage import Stage, stage
from api.registry.standards_stage import Agency, build_agency, published, stipulated, today
from api.registry.test_reorganisations import declared, merge, service, unit
from api.registry.test_reorganisations_withdrawn import DECREE as WITHDRAWN
from api.registry.test_reorganisations_withdrawn import coming, withdraw
from complaints.cooperation.reminding import remind
from complaints.deadlines.shelf import Shelf
from complaints.escalation.scanner import scan
from complaints.intake.routing import route_pending
from complaints.moves.recounting import recount
from devstack.layout import DATA
from support import files
from support.directory import event, settle, settled_country
from support.directory import service as service_told
from support.filings import Desk
from support.services import ServiceUnderTest
from support.wall_clock import WallClock, wall_clock

MARK = "Xyzzy"
"""Stands in everything that a reporter or an officer writes, and in no event."""
REPORTER = {"name": f"{MARK} Sari", "phone": "0812-9999-0000", "email": f"{MARK.lower()}@contoh.id"}
SECRETS = (MARK.lower(), "99990000", "9999-0000")
ANSWER = f"Kartu {MARK} dicetak pada 5 Maret dan dapat diambil di loket 3."
Body = dict[str, Any]


async def walk_registry(registry: ServiceUnderTest) -> tuple[Stage, Agency]:
    """The directory changes, a unit is merged into another now and one later, and a standard lives its whole life."""
    here = await stage(registry)
    one, two, three = [await here.unit(name) for name in ("Satu", "Dua", "Tiga")]
    person = await here.person(account_id="akun-satu")
    await here.seat("unit_head", unit=one["id"], person=person["id"])
    await service(here, one["id"])
    agency = await build_agency(registry)
    won_t_be = await declared(here, merge(unit(three), unit(one)), on=coming())
    assert (await withdraw(here, won_t_be["id"], WITHDRAWN | {"reason": MARK})).is_success
    await declared(here, merge(unit(two), unit(one)), on="2025-07-01")
    await declared(here, merge(unit(three), unit(two)), on=today(agency) + timedelta(days=40))
    first = await published(agency)
    for action, body in (("review", {"cause": "finding", "reason": MARK}), ("confirmation", {"report": MARK})):
        assert (await agency.act(first, action, body)).status_code == 200
    await published(agency, today(agency))  # supersedes the first at once
    later = await published(agency, today(agency) + timedelta(days=10))
    decree = {"decree_number": "188.45/99", "decree_date": str(today(agency)), "reason": MARK}
    assert (await agency.act(later, "revocation", decree)).status_code == 200
    assert (await agency.act(await stipulated(agency), "revocation", decree)).status_code == 200
    return here, agency


async def walk_evaluation(evaluation: ServiceUnderTest) -> Office:
    """A survey from draft to follow-up, an assessment with a return, an instrument and an opinion of the Ombudsman."""
    office = Office(evaluation, await settled_country(evaluation))
    survey = await office.survey(state="draft", population=10)
    await office.act(survey, "opening")
    await office.answer(survey, all_of(4))
    await office.act(survey, "closing")
    await office.act(survey, "publication", json={"method": "Kuesioner di loket", "process": "Dua minggu"})
    plan = f"/v1/surveys/{survey['id']}/follow-up-plan/items"
    item = {"element": "procedure", "programme": "Papan alur", "due_on": "2099-01-01", "owner": "Kepala loket"}
    planned = await office.call("POST", plan, json=item)
    assert planned.status_code == 201, planned.text
    planned_on = evaluation.app.state.clock().date()
    address, held = f"{plan}/{planned.json()['id']}", {"if-match": planned.headers["etag"]}
    realised = {"realised_on": str(planned_on), "proof": "Foto papan"}
    assert (await office.call("PATCH", address, headers=held, json=realised)).status_code == 200
    assert (await office.act(survey, "follow-up")).status_code == 201
    levels = all_levels(4)
    again = await assessed(office)
    evaluators = {"evaluator_ids": [str(office.country.people["evaluator"])]}
    etag = (await again.get()).headers["etag"]
    put = await office.call("PUT", f"{again.path}/evaluators", headers={"if-match": etag}, json=evaluators)
    assert put.status_code == 200, put.text
    await again.to_verification(levels, all_users(4), all_users(3))
    await again.moved("verification", by="evaluator", body={"decision": "returned", "note": MARK})
    await again.moved("completion", by="evaluator")
    await again.moved("verification", by="evaluator", body={"decision": "confirmed"})
    await again.moved("publication", by="admin")
    assert (await office.call("POST", "/v1/instruments", json=new_version())).status_code == 201
    opinion = {"institution_id": str(office.country.city), "year": 2023, "scheme": "2022-2024", "score": 88.0}
    recorded = await office.call("POST", "/v1/ombudsman-opinions", json=opinion)
    said = {"scheme": opinion["scheme"], "score": 89.0, "reason": MARK}
    path, etag = f"{recorded.headers['location']}/correction", recorded.headers["etag"]
    corrected = await office.call("POST", path, json=said, headers={"if-match": etag})
    assert corrected.status_code == 201, corrected.text
    return office


class CaseWalk:
    """Cases of one desk, driven through every action of the lifecycle and everything that happens by itself."""

    def __init__(self, desk: Desk, wall: WallClock) -> None:
        self.desk, self.wall = desk, wall

    async def walk(self) -> None:
        """Everything, each in a case of its own."""
        await self._ordinary_course()
        await self._disputes()
        await self._returns()
        await self._ends()
        await self._protected_path()
        await self._compensation()
        await self._cooperation()
        await self._by_itself()

    async def _file(self, **changes: Any) -> Body:
        text = {"title": f"KTP {MARK}", "body": f"{MARK} menunggu tiga minggu.", "reporter": REPORTER}
        return await self.desk.file(**(text | changes))

    async def _verified(self, **changes: Any) -> Body:
        filed = await self._file(**changes)
        await self.desk.done(filed["id"], "verification", "admin", {"complete": True, "note": MARK})
        return filed

    async def _in_progress(self, case_class: str = "non_supervisory", **changes: Any) -> Body:
        filed = await self._verified(**changes)
        body = {"class": case_class, "category": "population"}
        await self.desk.done(filed["id"], "classification", "admin", body)
        await self.desk.done(filed["id"], "assignment", "admin", {"unit_id": str(self.desk.country.counter)})
        await self.desk.done(filed["id"], "acceptance", "liaison", {"note": MARK})
        return filed

    async def _resolved(self) -> Body:
        filed = await self._in_progress()
        answer = {"kind": "substantive", "body": ANSWER, "proposed_outcome": "fixed"}
        await self.desk.done(filed["id"], "response", "liaison", answer)
        await self.desk.done(filed["id"], "approval", "head", {"decision": "approved", "remarks": MARK})
        proof = [{"kind": "photo_after", "note": MARK}]
        await self.desk.done(filed["id"], "resolution", "liaison", {"outcome_code": "fixed", "proof": proof})
        return filed

    async def _say(self, filed: Body, action: str, body: Body) -> None:
        caller = await self.desk.tracking(filed)
        path = f"/v1/complaints/{filed['id']}/{action}"
        reply = await self.desk.service.call("POST", path, caller=caller, json=body)
        assert reply.status_code == 201, reply.text

    async def _ordinary_course(self) -> None:
        desk, filed = self.desk, await self._in_progress()
        await desk.done(filed["id"], "note", "officer", {"body": MARK, "visible_to_reporter": True})
        await desk.done(filed["id"], "pause", "liaison", {"reason": "awaiting_reporter", "question": MARK})
        await self._say(filed, "reply", {"body": MARK})
        await desk.done(filed["id"], "pause", "liaison", {"reason": "awaiting_field_work", "note": MARK})
        await desk.done(filed["id"], "resumption", "liaison", {"note": MARK})
        await self._attach(filed)
        await self._clear(filed)
        rated = await self._resolved()
        await self._say(rated, "rating", {"rating": 2, "reasons": ["slow"], "comment": MARK})
        await self._say(rated, "reply", {"satisfied": True, "body": MARK})
        appealed = await self._resolved()
        await self._say(appealed, "appeal", {"reason": MARK})
        decision = {"decision": "dismissed", "reasons": MARK, "next_body": "ombudsman"}
        await desk.done(appealed["id"], "appeal-decision", "responsible", decision)
        asked = {"type": "information_request", "sub_class": "formal_public_information"}
        formal = await self._in_progress("public_information", **asked)
        await desk.done(formal["id"], "extension", "head", {"reason": MARK})

    async def _attach(self, filed: Body) -> None:
        service, caller = self.desk.service, self.desk.account("liaison")
        headers = {"content-type": "application/octet-stream", "content-disposition": 'attachment; filename="a.png"'}
        taken = await service.call("POST", "/v1/uploads", caller=caller, key=None, headers=headers, content=files.png())
        path = f"/v1/complaints/{filed['id']}/attachments"
        reply = await service.call("POST", path, caller=caller, json={"upload_ids": [taken.json()["id"]]})
        assert reply.status_code == 201, reply.text

    async def _clear(self, filed: Body) -> None:
        path = f"/v1/complaints/{filed['id']}"
        etag = (await self.desk.service.call("GET", path)).headers["etag"]
        caller, headers = self.desk.account("liaison"), {"if-match": etag}
        reply = await self.desk.service.call(
            "PUT", f"{path}/public-text", caller=caller, headers=headers, json={"title": MARK}
        )
        assert reply.status_code == 200, reply.text

    async def _disputes(self) -> None:
        desk, filed = self.desk, await self._verified()
        await desk.done(filed["id"], "classification", "admin", {"class": "minor"})
        for unit_id, by, other in (
            (desk.country.counter, "liaison", desk.country.works),
            (desk.country.works, "works_liaison", desk.country.counter),
        ):
            await desk.done(filed["id"], "assignment", "admin", {"unit_id": str(unit_id), "note": MARK})
            refusal = {"reason": "other_unit", "explanation": MARK, "proposed_unit_id": str(other)}
            await desk.done(filed["id"], "refusal", by, refusal)
        await desk.done(
            filed["id"], "arbitration", "responsible", {"unit_id": str(desk.country.counter), "reason": MARK}
        )
        passed = await self._file()
        body = {"institution_id": str(desk.country.other_city), "reason": MARK}
        await desk.done(passed["id"], "transfer", "admin", body)

    async def _returns(self) -> None:
        desk, filed = self.desk, await self._file()
        await desk.done(filed["id"], "verification", "admin", {"complete": False, "missing": [MARK]})
        await self._say(filed, "completion", {"body": MARK, "occurred_on": "2026-02-10"})
        back = await self._resolved()
        await self._say(back, "reopening", {"reason": MARK})

    async def _ends(self) -> None:
        desk = self.desk
        left, spam, sent = await self._file(), await self._file(), await self._file()
        await self._say(left, "withdrawal", {"reason": MARK})
        await desk.done(spam["id"], "archival", "admin", {"reason": "spam", "explanation": MARK})
        handover = {"reference": f"5/{MARK}", "date": "2026-03-02"}
        referral = {"body": "police", "explanation": MARK, "handover": handover}
        await desk.done(sent["id"], "referral", "admin", referral)
        parent, child, several = await self._in_progress(), await self._verified(), await self._verified()
        await desk.done(child["id"], "merge", "admin", {"parent_id": parent["id"], "reason": MARK})
        matters = [{"title": f"{MARK} {each}", "body": MARK} for each in ("satu", "dua")]
        await desk.done(several["id"], "split", "admin", {"reason": MARK, "matters": matters})

    async def _protected_path(self) -> None:
        desk, filed = self.desk, await self._in_progress()
        await desk.done(filed["id"], "protection", "liaison", {"trigger": "discovered", "reason": MARK})
        recipients = [{"name": MARK, "post": "Auditor madya", "purpose": "pemeriksaan"}]
        body = {"reason": MARK, "recipients": recipients, "legal_basis": "UU 27/2022"}
        await desk.done(filed["id"], "identity-disclosure", "auditor", body)

    async def _compensation(self) -> None:
        desk = self.desk
        for decision in (
            {"decision": "awarded", "amount_idr": 500_000, "pay_by": "2026-04-30"},
            {"decision": "rejected"},
        ):
            filed = await self._in_progress()
            await self._say(filed, "compensation", {"amount_idr": 750_000, "grounds": MARK})
            await desk.done(filed["id"], "compensation-decision", "head", {**decision, "reasons": MARK})
            if decision["decision"] == "awarded":
                paid = {"amount_idr": 500_000, "paid_on": "2026-03-02", "reference": MARK}
                await desk.done(filed["id"], "compensation-payment", "admin", paid)

    async def _cooperation(self) -> None:
        desk, filed = self.desk, await self._in_progress()
        ways: tuple[tuple[str, str, Body], ...] = (
            ("answer", "works_liaison", {"body": MARK}),
            ("refusal", "works_liaison", {"reason": "not_our_authority", "explanation": MARK}),
            ("withdrawal", "liaison", {"reason": MARK}),
        )
        for action, by, said in ways:
            body = {"unit_id": str(desk.country.works), "question": MARK}
            asked = await desk.done(filed["id"], "contributions", "liaison", body)
            await desk.done(filed["id"], f"contributions/{asked['id']}/{action}", by, said)
        await desk.done(filed["id"], "contributions", "liaison", {"unit_id": str(desk.country.works), "question": MARK})

    async def _by_itself(self) -> None:
        desk, pool = self.desk, self.desk.service.app.state.side_pool
        late = new = await new_unit(desk, "Baru")
        waiting = await self._file(service_id=str(late))
        await settle(desk.service, [service_told(late, desk.country.city, new, "IMB")])
        await route_pending(desk.service.app.state.pool, desk.service.app.state.router, self.wall.now)
        assert waiting["id"]
        await self._in_progress()
        await recount(pool, self.wall.now)
        document = json.loads((DATA / "calendars" / "national.json").read_bytes())
        names = ("code", "name", "time_zone", "region_code", "working_blocks", "days")
        leave = {"date": "2026-03-06", "kind": "collective_leave", "name_id": "Cuti bersama", "name_en": "Leave"}
        data = {name: document.get(name) for name in names} | {"days": [*document["days"], leave], "version": 2}
        await settle(desk.service, [event("calendar.changed", "calendars/national", data, sequence=2)])
        await recount(pool, self.wall.set(4))
        await remind(desk.service.app.state.pool, self.wall.set(10))
        await desk.service.sequenced()
        [own] = [each for each in desk.service.app.state.followers if each.feed == "complaints"]
        while await own.step(0):  # the service reads its own feed, and invites whose case was closed
            pass
        heir = await new_unit(desk, "Penerus")
        await dissolve_the_counter(desk, (heir, "1"))
        self.wall.set(30)  # Monday: levels are told in working time
        while await scan(pool, self.wall.now, Shelf()):
            pass


async def walk_complaints(complaints: ServiceUnderTest) -> Desk:
    """See CaseWalk."""
    with wall_clock(complaints) as wall:
        desk = Desk(complaints, await settled_country(complaints, "51.95"))
        await CaseWalk(desk, wall).walk()
    return desk
