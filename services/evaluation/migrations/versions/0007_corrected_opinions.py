"""Opinions of the Ombudsman are corrected: what stood before is kept, with when, by whom and why."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE ombudsman_opinions ADD COLUMN version bigint NOT NULL DEFAULT 1")
    op.execute(
        """CREATE TABLE ombudsman_opinion_versions (opinion_id uuid NOT NULL, version bigint NOT NULL, scheme text NOT NULL,
            score numeric NOT NULL, category text NOT NULL, zone text, opinion text, source text,
            reason text NOT NULL, changed_by text NOT NULL, replaced_at timestamptz NOT NULL,
            CONSTRAINT ombudsman_opinion_versions_pk PRIMARY KEY (opinion_id, version),
            CONSTRAINT ombudsman_opinion_versions_opinion_id_fk FOREIGN KEY (opinion_id) REFERENCES ombudsman_opinions (id))"""
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE ombudsman_opinion_versions")
    op.execute("ALTER TABLE ombudsman_opinions DROP COLUMN version")
