"""Lists of one institution and of one state by due date are read in the order of an index, for `=` can use it."""

from chassis.data.migrations import build_indexes, drop_indexes

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_DUE_ORDER = "COALESCE(due_at, '9000-01-01 00:00:00+00'::timestamptz), id"
_INDEXES = {
    "cases_institution_due_idx": f"cases (institution_id, {_DUE_ORDER})",
    "cases_state_due_idx": f"cases (state, {_DUE_ORDER})",
}


def upgrade() -> None:
    build_indexes(_INDEXES)


def downgrade() -> None:
    drop_indexes(*_INDEXES)
