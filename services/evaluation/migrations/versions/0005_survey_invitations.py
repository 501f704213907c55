"""One-time codes that complaints gives to the reporters of closed cases: their digests, each good for one answer."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE facts_survey_invitations (
            code_sha256 bytea NOT NULL, service_id uuid NOT NULL, expires_on date NOT NULL,
            survey_id uuid, used_on date,
            CONSTRAINT facts_survey_invitations_pk PRIMARY KEY (code_sha256),
            CONSTRAINT facts_survey_invitations_used CHECK ((survey_id IS NULL) = (used_on IS NULL))
        )""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE facts_survey_invitations")
