"""Jobs; exports with their files in pieces; recaps of SP4N-LAPOR!, and the imports that bring them."""

from alembic import op

revision = "0010"
down_revision = "0009"
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
    op.execute("""
        CREATE TABLE recap_cases (
            id uuid NOT NULL, institution_id uuid NOT NULL, lapor_id text NOT NULL, type text NOT NULL,
            case_class text NOT NULL, state text NOT NULL, category text, unit_id uuid, region_code text,
            received_at timestamptz NOT NULL, disposed_at timestamptz, followed_up_at timestamptz, closed_at timestamptz,
            rating integer, import_id uuid NOT NULL,
            CONSTRAINT recap_cases_pk PRIMARY KEY (id),
            CONSTRAINT recap_cases_lapor_id_key UNIQUE (institution_id, lapor_id)
        )""")
    op.execute("""
        CREATE TABLE imports (
            id uuid NOT NULL, kind text NOT NULL, dry_run boolean NOT NULL, form text NOT NULL, state text NOT NULL,
            institution_id uuid NOT NULL, requested_by text NOT NULL, progress jsonb NOT NULL, result jsonb,
            version bigint NOT NULL DEFAULT 1, created_at timestamptz NOT NULL, finished_at timestamptz,
            CONSTRAINT imports_pk PRIMARY KEY (id),
            CONSTRAINT imports_state_known CHECK (state IN (
                'queued', 'validating', 'applying', 'done', 'failed', 'cancelled'))
        )""")
    op.execute("CREATE INDEX imports_institution_id_idx ON imports (institution_id)")
    op.execute("""
        CREATE TABLE import_files (
            import_id uuid NOT NULL, content bytea NOT NULL,
            CONSTRAINT import_files_pk PRIMARY KEY (import_id),
            CONSTRAINT import_files_import_id_fk FOREIGN KEY (import_id) REFERENCES imports (id)
        )""")
    op.execute("""
        CREATE TABLE import_rows (
            import_id uuid NOT NULL, number integer NOT NULL, content jsonb NOT NULL,
            CONSTRAINT import_rows_pk PRIMARY KEY (import_id, number),
            CONSTRAINT import_rows_import_id_fk FOREIGN KEY (import_id) REFERENCES imports (id)
        )""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("import_rows", "import_files", "imports", "recap_cases", "export_pieces", "exports", "jobs"):
        op.execute(f"DROP TABLE {table}")
