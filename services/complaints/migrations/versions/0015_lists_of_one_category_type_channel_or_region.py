"""The nation's lists by one category, type, channel, state or region are read in the order of an index, however rare it is."""

from chassis.data.migrations import build_indexes, drop_indexes

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_DUE_ORDER = "COALESCE(due_at, '9000-01-01 00:00:00+00'::timestamptz), id"
_INDEXES = {
    "cases_category_created_idx": "cases (category, created_at, id)",
    "cases_category_due_idx": f"cases (category, {_DUE_ORDER})",
    "cases_type_created_idx": "cases (type, created_at, id)",
    "cases_type_due_idx": f"cases (type, {_DUE_ORDER})",
    "cases_channel_created_idx": "cases (channel, created_at, id)",
    "cases_channel_due_idx": f"cases (channel, {_DUE_ORDER})",
    "cases_state_created_idx": "cases (state, created_at, id)",
    "cases_region_idx": "cases (region_code text_pattern_ops)",  # a region and all inside it
}


def upgrade() -> None:
    build_indexes(_INDEXES)


def downgrade() -> None:
    drop_indexes(*_INDEXES)
