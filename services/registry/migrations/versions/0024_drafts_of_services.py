"""Drafts of services by name: who asks for those alone doesn't read the whole catalogue for them."""

from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS services_draft_idx")
        op.execute("CREATE INDEX CONCURRENTLY services_draft_idx ON services (name, id) WHERE state = 'draft'")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP INDEX services_draft_idx")
