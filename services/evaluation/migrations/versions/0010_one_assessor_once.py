"""An assessor speaks once for a day of a subject: assessments of periods that overlap are found by who gave them, as a hash."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("SET lock_timeout = '5s'")
        op.execute("ALTER TABLE ethics_assessments ADD COLUMN IF NOT EXISTS assessor_hash bytea")
        # What a migration that was cut off left behind is invalid.
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ethics_assessments_assessor_idx")
        op.execute("CREATE INDEX CONCURRENTLY ethics_assessments_assessor_idx ON ethics_assessments (assessor_hash)")
        op.execute("RESET lock_timeout")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE ethics_assessments DROP COLUMN assessor_hash")
