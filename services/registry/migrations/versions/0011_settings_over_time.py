"""Settings for standards with every version that there was, so that those of any day can be read."""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE standard_settings_versions (
            institution_id uuid NOT NULL, plt_may_stipulate boolean NOT NULL, plh_may_stipulate boolean NOT NULL,
            public_test_may_be_skipped boolean NOT NULL, public_test_least_days integer NOT NULL,
            version bigint NOT NULL, changed_at timestamptz NOT NULL,
            CONSTRAINT standard_settings_versions_pk PRIMARY KEY (institution_id, version)
        )""")
    op.execute("""
        INSERT INTO standard_settings_versions
        SELECT institution_id, plt_may_stipulate, plh_may_stipulate, public_test_may_be_skipped, public_test_least_days,
            version, changed_at
        FROM standard_settings""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE standard_settings_versions")
