"""Files and attachments, parts of split cases, identity disclosures, notices and deliveries, anchors."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE files (
            id uuid NOT NULL, state text NOT NULL, media_type text NOT NULL, name text,
            size_bytes bigint NOT NULL, sha256 bytea NOT NULL, cleaned boolean NOT NULL,
            owner bytea, case_id uuid, verdict text,
            attempts integer NOT NULL DEFAULT 0, scan_at timestamptz, scanned_at timestamptz,
            expires_at timestamptz, created_at timestamptz NOT NULL,
            CONSTRAINT files_pk PRIMARY KEY (id),
            CONSTRAINT files_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT files_state CHECK (state IN ('quarantined', 'clean', 'infected', 'rejected'))
        )""")
    op.execute("CREATE INDEX files_scan_idx ON files (scan_at) WHERE scan_at IS NOT NULL")
    op.execute("CREATE INDEX files_expires_idx ON files (expires_at) WHERE expires_at IS NOT NULL")
    op.execute("""
        CREATE TABLE file_chunks (
            file_id uuid NOT NULL, number integer NOT NULL, content bytea NOT NULL,
            CONSTRAINT file_chunks_pk PRIMARY KEY (file_id, number),
            CONSTRAINT file_chunks_file_id_fk FOREIGN KEY (file_id) REFERENCES files (id) ON DELETE CASCADE
        )""")
    # Photographs and documents are compressed already.
    op.execute("ALTER TABLE file_chunks ALTER COLUMN content SET STORAGE EXTERNAL")
    op.execute("""
        CREATE TABLE attachments (
            id uuid NOT NULL, case_id uuid NOT NULL, file_id uuid NOT NULL, kind text, origin text NOT NULL,
            internal boolean NOT NULL, copied boolean NOT NULL, added_by jsonb NOT NULL, added_at timestamptz NOT NULL,
            CONSTRAINT attachments_pk PRIMARY KEY (id),
            CONSTRAINT attachments_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT attachments_file_id_fk FOREIGN KEY (file_id) REFERENCES files (id),
            CONSTRAINT attachments_origin CHECK (origin IN ('reporter', 'agency'))
        )""")
    op.execute("CREATE INDEX attachments_case_id_idx ON attachments (case_id, id)")
    op.execute("CREATE UNIQUE INDEX attachments_once_key ON attachments (file_id) WHERE NOT copied")
    op.execute("""
        CREATE TABLE case_parts (
            case_id uuid NOT NULL, source_id uuid NOT NULL, split_at timestamptz NOT NULL,
            CONSTRAINT case_parts_pk PRIMARY KEY (case_id),
            CONSTRAINT case_parts_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT case_parts_source_id_fk FOREIGN KEY (source_id) REFERENCES cases (id)
        )""")
    op.execute("CREATE INDEX case_parts_source_id_idx ON case_parts (source_id, case_id)")
    op.execute("""
        CREATE TABLE identity_disclosures (
            id uuid NOT NULL, case_id uuid NOT NULL, at timestamptz NOT NULL, actor jsonb NOT NULL,
            subject text NOT NULL, person_id uuid, reason text NOT NULL, legal_basis text,
            recipients jsonb NOT NULL, withheld_because text,
            CONSTRAINT identity_disclosures_pk PRIMARY KEY (id),
            CONSTRAINT identity_disclosures_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id)
        )""")
    op.execute("CREATE INDEX identity_disclosures_case_id_idx ON identity_disclosures (case_id, at)")
    op.execute("""
        CREATE TABLE notices (
            id uuid NOT NULL, case_id uuid NOT NULL, about_case_id uuid NOT NULL, sequence bigint NOT NULL,
            kind text NOT NULL, recipient text NOT NULL, institution_id uuid, unit_id uuid, at timestamptz NOT NULL,
            CONSTRAINT notices_pk PRIMARY KEY (id),
            CONSTRAINT notices_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT notices_about_case_id_fk FOREIGN KEY (about_case_id) REFERENCES cases (id),
            CONSTRAINT notices_once_key UNIQUE (case_id, about_case_id, sequence, kind, recipient)
        )""")
    op.execute("""
        CREATE TABLE deliveries (
            id uuid NOT NULL, notice_id uuid NOT NULL, channel text NOT NULL, state text NOT NULL,
            attempts integer NOT NULL DEFAULT 0, next_attempt_at timestamptz, sent_at timestamptz, error text,
            CONSTRAINT deliveries_pk PRIMARY KEY (id),
            CONSTRAINT deliveries_notice_id_fk FOREIGN KEY (notice_id) REFERENCES notices (id),
            CONSTRAINT deliveries_once_key UNIQUE (notice_id, channel),
            CONSTRAINT deliveries_state CHECK (state IN ('queued', 'sent', 'failed'))
        )""")
    op.execute("CREATE INDEX deliveries_due_idx ON deliveries (next_attempt_at) WHERE next_attempt_at IS NOT NULL")
    # Of what happened before there were notices nobody is told now.
    op.execute("""
        INSERT INTO feed_cursors (feed, stream, position)
        SELECT 'complaints', stream::text, position FROM feed_head WHERE position > 0
        ON CONFLICT (feed) DO NOTHING""")
    op.execute("""
        CREATE TABLE chain_anchors (
            day date NOT NULL, digest bytea NOT NULL, entries bigint NOT NULL,
            stream uuid NOT NULL, after_position bigint NOT NULL, position bigint NOT NULL, stream_chain bytea NOT NULL,
            anchored_at timestamptz NOT NULL,
            CONSTRAINT chain_anchors_pk PRIMARY KEY (day)
        )""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DELETE FROM feed_cursors WHERE feed = 'complaints'")
    for table in (
        "chain_anchors",
        "deliveries",
        "notices",
        "identity_disclosures",
        "case_parts",
        "attachments",
        "file_chunks",
        "files",
    ):
        op.execute(f"DROP TABLE {table}")
