"""Kept replies are stored as they are: those of batches are ids that hardly shrink, and trying took as long as keeping them."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE idempotency_keys ALTER COLUMN reply SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE idempotency_keys ALTER COLUMN reply SET STORAGE EXTENDED")
