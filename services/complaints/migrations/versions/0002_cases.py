"""Cases, their history and custody, reporters' sealed identities, the access log."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_DUE_ORDER = "coalesce(due_at, timestamptz '9000-01-01 00:00:00+00')"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # The dictionary stems Indonesian but keeps its stop words; they are taken out of texts and of questions alike.
    op.execute(r"""
        CREATE FUNCTION case_words(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN ts_delete(to_tsvector('indonesian'::regconfig, words),
            ARRAY['yang', 'di', 'dan', 'ke', 'dari', 'untuk', 'pada', 'dengan', 'ini', 'itu', 'atau', 'oleh', 'saya'])
        """)
    op.execute(r"""
        CREATE FUNCTION case_question(question text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE
        RETURN websearch_to_tsquery('indonesian'::regconfig, regexp_replace(lower(question),
            '\m(yang|di|dan|ke|dari|untuk|pada|dengan|ini|itu|atau|oleh|saya)\M', ' ', 'g'))
        """)
    op.execute("""
        CREATE TABLE cases (
            id uuid NOT NULL, tracking_code text NOT NULL, type text NOT NULL, state text NOT NULL,
            case_class text NOT NULL DEFAULT 'unclassified', sub_class text,
            custody text NOT NULL DEFAULT 'ordinary',
            title text NOT NULL, body text NOT NULL, category text, region_code text, location jsonb, occurred_on date,
            requested_solution text, loss_amount_idr bigint, ethics_values text[] NOT NULL DEFAULT '{}',
            channel text NOT NULL, anonymous boolean NOT NULL, confidential boolean NOT NULL, filed_by bytea,
            service_id uuid, institution_id uuid, unit_id uuid, proposed_unit_id uuid, holder_person uuid,
            accused_person_ids uuid[] NOT NULL DEFAULT '{}', accused_unit_id uuid,
            received_at timestamptz NOT NULL, file_complete_at timestamptz, classified_at timestamptz,
            first_response_at timestamptz, substantive_at timestamptz, resolved_at timestamptz, closed_at timestamptz,
            due_at timestamptz, late boolean NOT NULL DEFAULT false,
            legal_clock boolean NOT NULL DEFAULT false, legal_clock_reason text,
            outcome_code text, proposed_outcome text, closure_kind text,
            rating integer, rating_reasons jsonb,
            completion_count integer NOT NULL DEFAULT 0, refusal_count integer NOT NULL DEFAULT 0,
            transfer_count integer NOT NULL DEFAULT 0, reopen_count integer NOT NULL DEFAULT 0,
            escalation_level text, binding boolean NOT NULL DEFAULT false, parent_id uuid,
            routing text NOT NULL DEFAULT 'done',
            version bigint NOT NULL, chain bytea NOT NULL,
            created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
            CONSTRAINT cases_pk PRIMARY KEY (id),
            CONSTRAINT cases_tracking_code_key UNIQUE (tracking_code),
            CONSTRAINT cases_parent_id_fk FOREIGN KEY (parent_id) REFERENCES cases (id),
            CONSTRAINT cases_custody CHECK (custody IN ('ordinary', 'protected')),
            CONSTRAINT cases_routing CHECK (routing IN ('pending', 'done')),
            CONSTRAINT cases_rating CHECK (rating BETWEEN 1 AND 5)
        )""")
    for name, columns in {
        "cases_created_idx": "cases (created_at, id)",
        "cases_institution_created_idx": "cases (institution_id, created_at, id)",
        "cases_unit_created_idx": "cases (unit_id, created_at, id)",
        "cases_service_created_idx": "cases (service_id, created_at, id)",
        "cases_institution_due_idx": f"cases (institution_id, {_DUE_ORDER}, id)",
        "cases_unit_due_idx": f"cases (unit_id, {_DUE_ORDER}, id)",
        "cases_due_idx": "cases (due_at, id) WHERE due_at IS NOT NULL",
        "cases_filed_by_idx": "cases (filed_by, created_at, id) WHERE filed_by IS NOT NULL",
        "cases_parent_id_idx": "cases (parent_id) WHERE parent_id IS NOT NULL",
        "cases_unrouted_idx": "cases (created_at, id) WHERE institution_id IS NULL",
        "cases_pending_routing_idx": "cases (service_id) WHERE routing = 'pending'",
        "cases_words_idx": "cases USING gin (case_words(title || ' ' || body))",
    }.items():
        op.execute(f"CREATE INDEX {name} ON {columns}")
    op.execute("""
        CREATE TABLE case_history (
            case_id uuid NOT NULL, sequence bigint NOT NULL, action text NOT NULL, actor jsonb NOT NULL,
            from_state text, to_state text NOT NULL, at timestamptz NOT NULL,
            public jsonb NOT NULL, internal jsonb NOT NULL, canonical bytea NOT NULL, chain bytea NOT NULL,
            CONSTRAINT case_history_pk PRIMARY KEY (case_id, sequence),
            CONSTRAINT case_history_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id)
        )""")
    op.execute("""
        CREATE TABLE custody_intervals (
            case_id uuid NOT NULL, from_at timestamptz NOT NULL, to_at timestamptz,
            institution_id uuid, unit_id uuid, person_id uuid, reason text NOT NULL,
            sequence bigint NOT NULL,
            CONSTRAINT custody_intervals_pk PRIMARY KEY (case_id, sequence),
            CONSTRAINT custody_intervals_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id)
        )""")
    op.execute("CREATE UNIQUE INDEX custody_intervals_open_key ON custody_intervals (case_id) WHERE to_at IS NULL")
    op.execute("CREATE INDEX custody_intervals_unit_idx ON custody_intervals (unit_id, from_at)")
    op.execute("""
        CREATE TABLE access_log (
            id bigint GENERATED ALWAYS AS IDENTITY, case_id uuid NOT NULL, at timestamptz NOT NULL,
            actor jsonb NOT NULL, what text NOT NULL,
            CONSTRAINT access_log_pk PRIMARY KEY (id),
            CONSTRAINT access_log_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id)
        )""")
    op.execute("CREATE INDEX access_log_case_id_idx ON access_log (case_id, id)")
    op.execute("""
        CREATE TABLE reporters (
            case_id uuid NOT NULL, kind text NOT NULL, key_version smallint NOT NULL,
            nonce bytea NOT NULL, sealed bytea NOT NULL,
            phone_index bytea, email_index bytea, national_id_index bytea,
            CONSTRAINT reporters_pk PRIMARY KEY (case_id),
            CONSTRAINT reporters_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id)
        )""")
    for column in ("phone_index", "email_index", "national_id_index"):
        op.execute(f"CREATE INDEX reporters_{column} ON reporters ({column}) WHERE {column} IS NOT NULL")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("reporters", "access_log", "custody_intervals", "case_history", "cases"):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION case_question")
    op.execute("DROP FUNCTION case_words")
