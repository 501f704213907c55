"""Policies, the ledger of deadlines, responses."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE categories (
            code text NOT NULL, parent_code text, label jsonb NOT NULL, attributes jsonb NOT NULL,
            position integer NOT NULL,
            CONSTRAINT categories_pk PRIMARY KEY (code)
        )""")
    op.execute("""
        CREATE TABLE deadline_policies (
            code text NOT NULL, version integer NOT NULL, title jsonb NOT NULL,
            effective_from date NOT NULL, effective_to date, legal_source text NOT NULL, applies_to text NOT NULL,
            document jsonb NOT NULL, digest bytea NOT NULL, recorded_at timestamptz NOT NULL,
            CONSTRAINT deadline_policies_pk PRIMARY KEY (code, version)
        )""")
    op.execute("""
        CREATE TABLE deadline_rules (
            policy_code text NOT NULL, policy_version integer NOT NULL, number integer NOT NULL,
            stage text NOT NULL, case_type text NOT NULL, case_class text NOT NULL,
            amount integer, unit text NOT NULL, from_event text NOT NULL, to_event text NOT NULL,
            pauses text[] NOT NULL, party text NOT NULL, on_lapse text NOT NULL, source text NOT NULL,
            mark text NOT NULL,
            CONSTRAINT deadline_rules_pk PRIMARY KEY (policy_code, policy_version, number),
            CONSTRAINT deadline_rules_policy_fk FOREIGN KEY (policy_code, policy_version)
                REFERENCES deadline_policies (code, version)
        )""")
    op.execute("""
        CREATE TABLE policy_adoptions (
            institution_id uuid NOT NULL, policy_code text NOT NULL, adopted_on date NOT NULL,
            CONSTRAINT policy_adoptions_pk PRIMARY KEY (institution_id, policy_code)
        )""")
    op.execute("""
        CREATE TABLE deadline_duties (
            id uuid NOT NULL, case_id uuid NOT NULL, stage text NOT NULL,
            policy_code text NOT NULL, policy_version integer NOT NULL, rule_number integer NOT NULL,
            party text NOT NULL, started_at timestamptz NOT NULL, stopped_at timestamptz, result text,
            due_at timestamptz, extended integer NOT NULL DEFAULT 0,
            calendar_code text NOT NULL, calendar_version integer NOT NULL,
            level text, lapsed_at timestamptz, check_at timestamptz,
            CONSTRAINT deadline_duties_pk PRIMARY KEY (id),
            CONSTRAINT deadline_duties_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT deadline_duties_rule_fk FOREIGN KEY (policy_code, policy_version, rule_number)
                REFERENCES deadline_rules (policy_code, policy_version, number)
        )""")
    op.execute("CREATE INDEX deadline_duties_case_id_idx ON deadline_duties (case_id, started_at)")
    op.execute("CREATE INDEX deadline_duties_check_idx ON deadline_duties (check_at) WHERE stopped_at IS NULL")
    op.execute("""
        CREATE TABLE clock_intervals (
            id bigint GENERATED ALWAYS AS IDENTITY, case_id uuid NOT NULL, reason text NOT NULL,
            from_at timestamptz NOT NULL, to_at timestamptz, until_at timestamptz NOT NULL,
            CONSTRAINT clock_intervals_pk PRIMARY KEY (id),
            CONSTRAINT clock_intervals_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id)
        )""")
    op.execute("CREATE INDEX clock_intervals_case_id_idx ON clock_intervals (case_id, from_at)")
    op.execute("CREATE UNIQUE INDEX clock_intervals_open_key ON clock_intervals (case_id) WHERE to_at IS NULL")
    op.execute("CREATE INDEX clock_intervals_until_idx ON clock_intervals (until_at) WHERE to_at IS NULL")
    op.execute("""
        CREATE TABLE calendar_versions (
            code text NOT NULL, version integer NOT NULL, time_zone text NOT NULL, region_code text,
            working_blocks jsonb NOT NULL, days jsonb NOT NULL,
            held_at timestamptz NOT NULL DEFAULT clock_timestamp(),
            CONSTRAINT calendar_versions_pk PRIMARY KEY (code, version)
        )""")
    # The registry copy holds the newest calendar alone; what was counted by an earlier one must stay explicable.
    op.execute("""
        CREATE FUNCTION keep_calendar_version() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO calendar_versions (code, version, time_zone, region_code, working_blocks, days)
            VALUES (NEW.code, NEW.version, NEW.time_zone, NEW.region_code, NEW.working_blocks, NEW.days)
            ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $$""")
    op.execute("""
        CREATE TRIGGER directory_calendars_kept AFTER INSERT OR UPDATE ON directory_calendars
        FOR EACH ROW EXECUTE FUNCTION keep_calendar_version()""")
    op.execute("""
        CREATE TABLE recounts (
            stamp text NOT NULL, last_case_id uuid, finished_at timestamptz,
            CONSTRAINT recounts_pk PRIMARY KEY (stamp)
        )""")
    op.execute("""
        CREATE TABLE responses (
            id uuid NOT NULL, case_id uuid NOT NULL, kind text NOT NULL, body text NOT NULL,
            proposed_outcome text, commitments jsonb NOT NULL, author jsonb NOT NULL, author_subject text NOT NULL,
            author_person uuid, created_at timestamptz NOT NULL, approval text NOT NULL,
            approved_by jsonb, decided_at timestamptz, remarks text, sent_at timestamptz,
            CONSTRAINT responses_pk PRIMARY KEY (id),
            CONSTRAINT responses_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id)
        )""")
    op.execute("CREATE INDEX responses_case_id_idx ON responses (case_id, created_at)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TRIGGER directory_calendars_kept ON directory_calendars")
    op.execute("DROP FUNCTION keep_calendar_version")
    for table in (
        "responses",
        "recounts",
        "calendar_versions",
        "clock_intervals",
        "deadline_duties",
        "policy_adoptions",
        "deadline_rules",
        "deadline_policies",
        "categories",
    ):
        op.execute(f"DROP TABLE {table}")
