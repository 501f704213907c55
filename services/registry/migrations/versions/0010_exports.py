"""Exports, with their files in pieces."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE exports (
            id uuid NOT NULL, resource text NOT NULL, format text NOT NULL, filter jsonb NOT NULL, since timestamptz,
            state text NOT NULL, requested_by text NOT NULL, caller jsonb NOT NULL, progress jsonb NOT NULL,
            manifest jsonb, version bigint NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, finished_at timestamptz,
            expires_at timestamptz NOT NULL,
            CONSTRAINT exports_pk PRIMARY KEY (id),
            CONSTRAINT exports_state_known CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled'))
        )""")
    op.execute("CREATE INDEX exports_expires_idx ON exports (expires_at)")
    op.execute("CREATE INDEX exports_requested_idx ON exports (requested_by, id)")
    op.execute("""
        CREATE TABLE export_pieces (
            export_id uuid NOT NULL, number integer NOT NULL, content bytea NOT NULL,
            CONSTRAINT export_pieces_pk PRIMARY KEY (export_id, number),
            CONSTRAINT export_pieces_export_id_fk FOREIGN KEY (export_id) REFERENCES exports (id) ON DELETE CASCADE
        )""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("export_pieces", "exports"):
        op.execute(f"DROP TABLE {table}")
