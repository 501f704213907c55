"""The changes of drafts that dispositions have accepted, as they stand now: which components may change follows from them."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE VIEW accepted_changes AS
        SELECT standard_id, change ->> 'component' AS component FROM comments
        WHERE disposition IN ('accepted', 'accepted_partly') AND change IS NOT NULL
        UNION ALL
        SELECT standard_id, change ->> 'component' FROM offer_dispositions
        WHERE disposition IN ('accepted', 'accepted_partly') AND change IS NOT NULL""")
    op.execute("""
        UPDATE standards SET changeable = ARRAY(
            SELECT DISTINCT component FROM accepted_changes WHERE standard_id = standards.id ORDER BY component)
        WHERE state IN ('draft', 'in_consultation', 'public_test', 'finalising') AND changeable <> '{}'""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP VIEW accepted_changes")
