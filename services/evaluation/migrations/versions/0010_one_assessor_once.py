"""An assessor speaks once for a day of a subject: assessments of periods that overlap are found by who gave them, as a hash."""

from alembic import op

from chassis.data.migrations import build_indexes

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # Where the index then fails this is committed, and done again.
    op.execute("ALTER TABLE ethics_assessments ADD COLUMN IF NOT EXISTS assessor_hash bytea")
    build_indexes({"ethics_assessments_assessor_idx": "ethics_assessments (assessor_hash)"})


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE ethics_assessments DROP COLUMN assessor_hash")
