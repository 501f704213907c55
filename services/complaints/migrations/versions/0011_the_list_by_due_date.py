"""The list by due date is read in the order of an index; the two by place, whose order `= ANY` can't use, go."""

from chassis.data.migrations import build_indexes, drop_indexes

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
    build_indexes(_ONE)
    drop_indexes(*_BY_PLACE)


def downgrade() -> None:
    build_indexes(_BY_PLACE)
    drop_indexes(*_ONE)
