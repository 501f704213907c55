"""Routing rules as versioned data, and the models that suggest categories."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE routing_rule_sets (
            id uuid NOT NULL, institution_id uuid, version integer NOT NULL, effective_from date NOT NULL,
            note text NOT NULL, rules jsonb NOT NULL, made_by jsonb NOT NULL, created_at timestamptz NOT NULL,
            CONSTRAINT routing_rule_sets_pk PRIMARY KEY (id),
            CONSTRAINT routing_rule_sets_version_key UNIQUE NULLS NOT DISTINCT (institution_id, version),
            CONSTRAINT routing_rule_sets_version CHECK (version > 0)
        )""")
    op.execute("""
        CREATE TABLE category_models (
            version integer NOT NULL, source_digest bytea NOT NULL, texts integer NOT NULL,
            automatic_from double precision, model jsonb NOT NULL, error jsonb NOT NULL, created_at timestamptz NOT NULL,
            CONSTRAINT category_models_pk PRIMARY KEY (version),
            CONSTRAINT category_models_version CHECK (version > 0)
        )""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE category_models")
    op.execute("DROP TABLE routing_rule_sets")
