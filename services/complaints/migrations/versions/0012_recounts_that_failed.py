"""Cases that couldn't be counted anew, and when each is tried again."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE failed_recounts (
            case_id uuid NOT NULL, attempts integer NOT NULL, retry_at timestamptz NOT NULL,
            CONSTRAINT failed_recounts_pk PRIMARY KEY (case_id)
        )""")
    op.execute("CREATE INDEX failed_recounts_retry_idx ON failed_recounts (retry_at)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE failed_recounts")
