"""Personal data in the record of a consultation, erased on request (UU 27/2022 art. 43), also once the version is stipulated.

What was said and agreed, by which element of society and when, stays; the database lets nothing else pass. Who erased, when
and why is kept among the version's moves, without whom.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Uuid, any_, bindparam, case, literal_column, null, select, update
from sqlalchemy.dialects.postgresql import JSONB

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.http.languages import Text
from chassis.http.problems import Flaw, NotFound, Unprocessable
from registry.consultations.mentions import find_mentions
from registry.consultations.tables import comments, consultation_participants, consultations, minutes
from registry.recorded import begin_change
from registry.standards import operations as standards
from registry.standards import queries as standard_queries
from registry.standards import rights
from registry.standards.operations import By

ERASED = ""
"""What a name, or what somebody said, reads once it is erased; nobody may write it."""

_OF_STANDARD = consultations.c.standard_id == bindparam("standard_id", type_=Uuid)
_ERASURE = bindparam("erasure_id", type_=BigInteger)
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_PARTICIPANTS = Statement(
    select(*(consultation_participants.c[name] for name in ("id", "element", "name")))
    .join(consultations, consultations.c.id == consultation_participants.c.consultation_id)
    .where(_OF_STANDARD)
    .with_for_update(of=consultation_participants)
)
_MINUTES = Statement(
    select(*(minutes.c[name] for name in ("consultation_id", "signers", "agreements")))
    .join(consultations, consultations.c.id == minutes.c.consultation_id)
    .where(_OF_STANDARD)
    .with_for_update(of=minutes)
)
_COMMENTS = Statement(
    select(comments.c.id, comments.c.contact)
    .where(comments.c.standard_id == bindparam("standard_id", type_=Uuid), comments.c.id == any_(_IDS))
    .with_for_update()
)
_ERASE_PARTICIPANTS = Statement(
    update(consultation_participants)
    .where(consultation_participants.c.id == any_(_IDS))
    .values(name=literal_column("''"), organisation=null(), erasure_id=_ERASURE)
)
_ERASE_COMMENTS = Statement(
    update(comments)
    .where(comments.c.id == any_(_IDS))
    .values(
        contact=null(),
        body=case(
            (comments.c.id == any_(bindparam("bodies", type_=ARRAY(Uuid))), literal_column("''")), else_=comments.c.body
        ),
        erasure_id=_ERASURE,
    )
)
_ERASE_MINUTES = Statement(
    update(minutes)
    .where(minutes.c.consultation_id == bindparam("of_round", type_=Uuid))
    .values(
        signers=bindparam("left_signers", type_=JSONB),
        agreements=bindparam("left_agreements", type_=JSONB),
        erasure_id=_ERASURE,
    )
)
_PERSON = Text("Tidak ada orang dengan unsur dan nama ini.", "There is nobody of this element and name.")
_COMMENT = Text("Tidak ada masukan ini.", "There is no such comment.")

Person = tuple[str, str]
"""By element of society and name."""


class Trace(NamedTuple):
    """What the record holds of people: ids of participants, minutes as they read without them, how often they sign and own."""

    participants: list[UUID]
    minutes: list[Mapping[str, Any]]
    signatures: int
    agreements: int
    found: frozenset[Person]


async def erase(connection: Connection, standard_id: UUID, content: Mapping[str, Any], *, by: By) -> dict[str, Any]:
    """Erase people (by element and name, in every round) and who made comments; with `body`, what these say too.

    `content`: reason, people [{element, name}], comments [{id, body}]. Returns how much was erased, and where the names stand in
    free text still. Raises NotFound, Forbidden, Unprocessable naming each person and comment that isn't there.
    """
    await begin_change(connection)
    row = await standard_queries.find_standard(connection, standard_id, at=by.now, lock="update")
    if row is None:
        raise NotFound
    rights.check_erasing(by.actor, row)
    people = [(each["element"], each["name"]) for each in content["people"]]
    trace = await _trace(connection, standard_id, people)
    ids = [each["id"] for each in content["comments"]]
    made = {row["id"]: row["contact"] for row in await _COMMENTS.fetch(connection, standard_id=standard_id, ids=ids)}
    flaws = [
        *(
            Flaw(f"/people/{at}", "unknown_person", _PERSON)
            for at, each in enumerate(people)
            if each not in trace.found
        ),
        *(Flaw(f"/comments/{at}", "unknown_comment", _COMMENT) for at, each in enumerate(ids) if each not in made),
    ]
    if flaws:
        raise Unprocessable(errors=flaws)
    told = {
        "reason": content["reason"],
        "participants": len(trace.participants),
        "signatures": trace.signatures,
        "agreements": trace.agreements,
        "comments": len(made),
    }
    erasure_id = await standards.note(connection, row, "erasure", by=by, details=told)
    await _ERASE_PARTICIPANTS.execute(connection, ids=trace.participants, erasure_id=erasure_id)
    bodies = [each["id"] for each in content["comments"] if each["body"]]
    await _ERASE_COMMENTS.execute(connection, ids=ids, bodies=bodies, erasure_id=erasure_id)
    for left in trace.minutes:
        await _ERASE_MINUTES.execute(connection, erasure_id=erasure_id, **left)
    names = {name for _, name in people} | {
        contact["name"] for contact in made.values() if contact and contact.get("name")
    }
    mentions = await find_mentions(connection, standard_id, names)
    return {"standard_id": standard_id, **told, "mentions": mentions, "erased_at": by.now}


async def _trace(connection: Connection, standard_id: UUID, people: Sequence[Person]) -> Trace:
    names = {name for _, name in people}
    invited = [
        row
        for row in await _PARTICIPANTS.fetch(connection, standard_id=standard_id)
        if (row["element"], row["name"]) in people
    ]
    found = {(row["element"], row["name"]) for row in invited}
    kept: list[Mapping[str, Any]] = []
    signatures = agreements = 0
    for row in await _MINUTES.fetch(connection, standard_id=standard_id):
        signing = [signer for signer in row["signers"] if (signer["element"], signer["name"]) in people]
        owned = [agreed for agreed in row["agreements"] if agreed["owner"] in names]
        found |= {(signer["element"], signer["name"]) for signer in signing}
        if signing or owned:
            kept.append(_without(row, signing, owned))
        signatures, agreements = signatures + len(signing), agreements + len(owned)
    return Trace([row["id"] for row in invited], kept, signatures, agreements, frozenset(found))


def _without(row: Mapping[str, Any], signing: Sequence[Any], owned: Sequence[Any]) -> dict[str, Any]:
    return {
        "of_round": row["consultation_id"],
        "left_signers": [
            {**signer, "name": ERASED, "position": None} if signer in signing else signer for signer in row["signers"]
        ],
        "left_agreements": [{**agreed, "owner": ERASED} if agreed in owned else agreed for agreed in row["agreements"]],
    }
