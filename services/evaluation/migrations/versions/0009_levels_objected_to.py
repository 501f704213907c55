"""An objection says who gave the level that it stands against: somebody else decides on it, whoever gives levels since."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE assessment_objections ADD COLUMN level_given_by text")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE assessment_objections DROP COLUMN level_given_by")
