"""Changing which policies bind: an institution adopts a local variant."""

from datetime import date
from uuid import UUID

from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from chassis.data.pool import Connection
from chassis.data.statements import Statement
from chassis.http.languages import Text
from chassis.http.problems import Conflict, NotFound
from complaints.policies import queries
from complaints.policies.tables import policy_adoptions
from directory.follower import CHANNEL

ADOPTABLE = "institutions that adopt it"

_PUT = insert(policy_adoptions).values(
    {each.name: bindparam(each.name, type_=each.type) for each in policy_adoptions.c}
)
_ADOPT = Statement(
    _PUT.on_conflict_do_update(
        index_elements=[policy_adoptions.c.institution_id, policy_adoptions.c.policy_code],
        set_={"adopted_on": _PUT.excluded.adopted_on},
    )
)


class NotAdoptable(Conflict):
    """The policy binds by law or by default: there is nothing to adopt."""

    code = "not_adoptable"
    title = Text("Kebijakan ini tidak untuk diadopsi", "This policy isn't one to adopt")


async def adopt(connection: Connection, code: str, *, institution_id: UUID, adopted_on: date) -> None:
    """Let a local variant bind what an institution is told from a day on. Raises NotFound, NotAdoptable."""
    policy = await queries.find_policy(connection, code)
    if policy is None:
        raise NotFound
    if policy["applies_to"] != ADOPTABLE:
        raise NotAdoptable
    await _ADOPT.execute(connection, institution_id=institution_id, policy_code=code, adopted_on=adopted_on)
    # Rare, and every process keeps what an institution has adopted.
    await connection.execute(f"NOTIFY {CHANNEL}")
