"""Imports with their files and staged rows, and jobs."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE jobs (
            id uuid NOT NULL, kind text NOT NULL, subject uuid NOT NULL, worker uuid, leased_until timestamptz,
            attempts integer NOT NULL DEFAULT 0, created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT jobs_pk PRIMARY KEY (id)
        )""")
    op.execute("CREATE INDEX jobs_subject_idx ON jobs (kind, subject)")
    op.execute("""
        CREATE TABLE imports (
            id uuid NOT NULL, kind text NOT NULL, dry_run boolean NOT NULL, effective_on date, form text NOT NULL,
            state text NOT NULL, institution_id uuid, institution_ids uuid[], requested_by text NOT NULL,
            person_id uuid, staged boolean NOT NULL DEFAULT false, progress jsonb NOT NULL, result jsonb,
            version bigint NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, finished_at timestamptz,
            CONSTRAINT imports_pk PRIMARY KEY (id),
            CONSTRAINT imports_institution_id_fk FOREIGN KEY (institution_id) REFERENCES institution_identities (id),
            CONSTRAINT imports_state_known CHECK (state IN (
                'queued', 'validating', 'ready', 'applying', 'done', 'failed', 'cancelled'))
        )""")
    op.execute("CREATE INDEX imports_institution_id_idx ON imports (institution_id)")
    op.execute("""
        CREATE TABLE import_files (
            import_id uuid NOT NULL, content bytea NOT NULL,
            CONSTRAINT import_files_pk PRIMARY KEY (import_id),
            CONSTRAINT import_files_import_id_fk FOREIGN KEY (import_id) REFERENCES imports (id)
        )""")
    # Spreadsheets are compressed already.
    op.execute("ALTER TABLE import_files ALTER COLUMN content SET STORAGE EXTERNAL")
    op.execute("""
        CREATE TABLE import_rows (
            import_id uuid NOT NULL, number integer NOT NULL, content jsonb, flaws jsonb,
            CONSTRAINT import_rows_pk PRIMARY KEY (import_id, number),
            CONSTRAINT import_rows_import_id_fk FOREIGN KEY (import_id) REFERENCES imports (id)
        )""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("import_rows", "import_files", "imports", "jobs"):
        op.execute(f"DROP TABLE {table}")
