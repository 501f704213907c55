"""The list by due date is read in the order of an index; the two by place, whose order `= ANY` can't use, go.

Built while the service works. What a migration that was cut off left behind is invalid, so it is dropped first.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_DUE_ORDER = "COALESCE(due_at, '9000-01-01 00:00:00+00'::timestamptz), id"
_ONE = {"cases_due_order_idx": f"cases ({_DUE_ORDER})"}
_BY_PLACE = {
    "cases_institution_due_idx": f"cases (institution_id, {_DUE_ORDER})",
    "cases_unit_due_idx": f"cases (unit_id, {_DUE_ORDER})",
}


def upgrade() -> None:
    _exchange(_BY_PLACE, _ONE)


def downgrade() -> None:
    _exchange(_ONE, _BY_PLACE)


def _exchange(old: dict[str, str], new: dict[str, str]) -> None:
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '5s'")
        for name, place in new.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {place}")
        for name in old:
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        op.execute("RESET lock_timeout")
