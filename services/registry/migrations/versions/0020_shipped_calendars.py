"""Which versions of calendars came with the reference data: a later load replaces those, and none that was put by hand."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE calendar_versions ADD COLUMN shipped boolean NOT NULL DEFAULT false")
    # One calendar ever shipped, and it was loaded before anybody could put another in its place.
    op.execute("UPDATE calendar_versions SET shipped = true WHERE code = 'national' AND version = 1")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE calendar_versions DROP COLUMN shipped")
