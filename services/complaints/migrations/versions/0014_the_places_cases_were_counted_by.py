"""By which place each institution's cases were counted, so that a corrected one is noticed; why a case is counted again.

It begins empty: corrections that came before are made good when the service starts, once for each institution.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE counted_places (
            institution_id uuid NOT NULL, code text NOT NULL, region_code text, time_zone text NOT NULL,
            CONSTRAINT counted_places_pk PRIMARY KEY (institution_id)
        )""")
    op.execute("ALTER TABLE failed_recounts ADD COLUMN reason text NOT NULL DEFAULT 'calendar_changed'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE failed_recounts DROP COLUMN reason")
    op.execute("DROP TABLE counted_places")
