"""Standards with recorded time, consultations, stipulation, publication and charters."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COLUMNS = (
    "id, service_id, institution_id, number, version, revision, state, components, considerations, provider_team, "
    "manufacturing_public, changeable, content_hash, predecessor_id, effective_on, effective_to, review_due_on, "
    "time_zone, drafted_by, created_at, changed_at"
)
_TABLES = (
    "charter_standards",
    "charters",
    "publications",
    "stipulations",
    "minutes",
    "comments",
    "session_attendance",
    "consultation_sessions",
    "consultation_participants",
    "consultations",
    "standard_settings",
    "standard_moves",
    "standards_history",
    "standards",
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _standards()
    _frozen()
    _history()
    _consultations()
    _stipulation()


def _standards() -> None:
    # in_force_during is null until publication; a version revoked before its day has an empty period, which overlaps nothing.
    op.execute("""
        CREATE TABLE standards (
            id uuid NOT NULL, service_id uuid NOT NULL, institution_id uuid NOT NULL, number text NOT NULL,
            version integer NOT NULL, revision bigint NOT NULL DEFAULT 1, state text NOT NULL,
            components jsonb NOT NULL, considerations jsonb NOT NULL, provider_team jsonb NOT NULL,
            manufacturing_public boolean NOT NULL, changeable text[] NOT NULL, content_hash text,
            predecessor_id uuid, effective_on date, effective_to date, review_due_on date, time_zone text NOT NULL,
            drafted_by text NOT NULL, created_at timestamptz NOT NULL, changed_at timestamptz NOT NULL,
            recorded_at timestamptz NOT NULL,
            in_force_during daterange GENERATED ALWAYS AS (
                CASE WHEN effective_on IS NOT NULL THEN daterange(effective_on, effective_to) END) STORED,
            CONSTRAINT standards_pk PRIMARY KEY (id),
            CONSTRAINT standards_service_id_fk FOREIGN KEY (service_id) REFERENCES services (id),
            CONSTRAINT standards_predecessor_id_fk FOREIGN KEY (predecessor_id) REFERENCES standards (id),
            CONSTRAINT standards_service_id_key UNIQUE (service_id, version),
            CONSTRAINT standards_institution_id_key UNIQUE (institution_id, number),
            CONSTRAINT standards_state_known CHECK (state IN ('draft', 'in_consultation', 'public_test', 'finalising',
                'stipulated', 'published', 'under_review', 'superseded', 'revoked', 'abandoned')),
            CONSTRAINT standards_one_in_force_excl EXCLUDE USING gist (service_id WITH =, in_force_during WITH &&)
        )""")
    op.execute("""
        CREATE UNIQUE INDEX standards_one_draft_key ON standards (service_id)
        WHERE state IN ('draft', 'in_consultation', 'public_test', 'finalising')""")
    op.execute("CREATE INDEX standards_predecessor_id_idx ON standards (predecessor_id)")
    # What the supersession task looks for: versions whose successor's or whose review's day has come.
    op.execute("""
        CREATE INDEX standards_effective_to_idx ON standards (effective_to)
        WHERE state IN ('published', 'under_review')""")
    op.execute("CREATE INDEX standards_review_due_on_idx ON standards (review_due_on) WHERE state = 'published'")
    op.execute("""
        CREATE TABLE standard_moves (
            id bigint GENERATED ALWAYS AS IDENTITY, standard_id uuid NOT NULL, action text NOT NULL,
            state_before text NOT NULL, state_after text NOT NULL, actor text NOT NULL, person_id uuid,
            details jsonb NOT NULL, at timestamptz NOT NULL,
            CONSTRAINT standard_moves_pk PRIMARY KEY (id),
            CONSTRAINT standard_moves_standard_id_fk FOREIGN KEY (standard_id) REFERENCES standards (id)
        )""")
    op.execute("CREATE INDEX standard_moves_standard_id_idx ON standard_moves (standard_id, id)")
    op.execute("""
        CREATE TABLE standard_settings (
            institution_id uuid NOT NULL, plt_may_stipulate boolean NOT NULL, plh_may_stipulate boolean NOT NULL,
            public_test_may_be_skipped boolean NOT NULL, public_test_least_days integer NOT NULL,
            version bigint NOT NULL, changed_at timestamptz NOT NULL,
            CONSTRAINT standard_settings_pk PRIMARY KEY (institution_id),
            CONSTRAINT standard_settings_institution_id_fk FOREIGN KEY (institution_id)
                REFERENCES institution_identities (id),
            CONSTRAINT standard_settings_days CHECK (public_test_least_days >= 0)
        )""")


def _frozen() -> None:
    # The text of a decree is what was decreed: no change of it gets past the database, whoever asks.
    op.execute("""
        CREATE FUNCTION standards_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.state NOT IN ('draft', 'in_consultation', 'public_test', 'finalising') AND (
                TG_OP = 'DELETE'
                OR NEW.state IN ('draft', 'in_consultation', 'public_test', 'finalising')
                OR (NEW.service_id, NEW.number, NEW.version, NEW.components, NEW.considerations, NEW.content_hash)
                   IS DISTINCT FROM
                   (OLD.service_id, OLD.number, OLD.version, OLD.components, OLD.considerations, OLD.content_hash)
            ) THEN
                RAISE EXCEPTION 'the text of a stipulated standard is frozen'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'standards_frozen';
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END $$""")
    op.execute("""
        CREATE TRIGGER standards_frozen BEFORE UPDATE OR DELETE ON standards
        FOR EACH ROW EXECUTE FUNCTION standards_frozen()""")


def _history() -> None:
    old = ", ".join(f"OLD.{name.strip()}" for name in _COLUMNS.split(","))
    op.execute("""
        CREATE TABLE standards_history (
            id uuid NOT NULL, service_id uuid NOT NULL, institution_id uuid, number text, version integer,
            revision bigint, state text, components jsonb, considerations jsonb, provider_team jsonb,
            manufacturing_public boolean, changeable text[], content_hash text, predecessor_id uuid,
            effective_on date, effective_to date, review_due_on date, time_zone text, drafted_by text,
            created_at timestamptz, changed_at timestamptz, recorded_at timestamptz NOT NULL,
            replaced_at timestamptz NOT NULL
        )""")
    op.execute("CREATE INDEX standards_history_id_idx ON standards_history (id, replaced_at)")
    op.execute("CREATE INDEX standards_history_service_id_idx ON standards_history (service_id, replaced_at)")
    op.execute(f"""
        CREATE FUNCTION standards_record() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' AND OLD.recorded_at < recording() THEN
                INSERT INTO standards_history ({_COLUMNS}, recorded_at, replaced_at)
                VALUES ({old}, OLD.recorded_at, recording());
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            NEW.recorded_at := recording();
            RETURN NEW;
        END $$""")  # noqa: S608 - columns are named above
    op.execute("""
        CREATE TRIGGER standards_record BEFORE INSERT OR UPDATE OR DELETE ON standards
        FOR EACH ROW EXECUTE FUNCTION standards_record()""")
    op.execute(f"""
        CREATE VIEW standards_known AS
        SELECT {_COLUMNS}, recorded_at, 'infinity'::timestamptz AS replaced_at FROM standards
        UNION ALL SELECT {_COLUMNS}, recorded_at, replaced_at FROM standards_history""")  # noqa: S608 - columns are named above


def _consultations() -> None:
    op.execute("""
        CREATE TABLE consultations (
            id uuid NOT NULL, standard_id uuid NOT NULL, round integer NOT NULL, topic text NOT NULL,
            method text NOT NULL, team jsonb NOT NULL, opened_at timestamptz NOT NULL,
            public_test_opens_at timestamptz, public_test_closes_at timestamptz,
            CONSTRAINT consultations_pk PRIMARY KEY (id),
            CONSTRAINT consultations_standard_id_key UNIQUE (standard_id, round),
            CONSTRAINT consultations_standard_id_fk FOREIGN KEY (standard_id) REFERENCES standards (id)
        )""")
    op.execute("""
        CREATE TABLE consultation_participants (
            id uuid NOT NULL, consultation_id uuid NOT NULL, element text NOT NULL, name text NOT NULL,
            organisation text, invited_at timestamptz NOT NULL,
            CONSTRAINT consultation_participants_pk PRIMARY KEY (id),
            CONSTRAINT consultation_participants_consultation_id_fk FOREIGN KEY (consultation_id)
                REFERENCES consultations (id)
        )""")
    op.execute("""
        CREATE INDEX consultation_participants_consultation_id_idx ON consultation_participants (consultation_id)""")
    op.execute("""
        CREATE TABLE consultation_sessions (
            id uuid NOT NULL, consultation_id uuid NOT NULL, held_on date NOT NULL, method text NOT NULL,
            place text, summary text NOT NULL, recorded_at timestamptz NOT NULL,
            CONSTRAINT consultation_sessions_pk PRIMARY KEY (id),
            CONSTRAINT consultation_sessions_consultation_id_fk FOREIGN KEY (consultation_id)
                REFERENCES consultations (id)
        )""")
    op.execute("CREATE INDEX consultation_sessions_consultation_id_idx ON consultation_sessions (consultation_id)")
    op.execute("""
        CREATE TABLE session_attendance (
            session_id uuid NOT NULL, participant_id uuid NOT NULL,
            CONSTRAINT session_attendance_pk PRIMARY KEY (session_id, participant_id),
            CONSTRAINT session_attendance_session_id_fk FOREIGN KEY (session_id)
                REFERENCES consultation_sessions (id),
            CONSTRAINT session_attendance_participant_id_fk FOREIGN KEY (participant_id)
                REFERENCES consultation_participants (id)
        )""")
    op.execute("CREATE INDEX session_attendance_participant_id_idx ON session_attendance (participant_id)")
    op.execute("""
        CREATE TABLE comments (
            id uuid NOT NULL, standard_id uuid NOT NULL, consultation_id uuid NOT NULL, component text,
            body text NOT NULL, contact jsonb, created_at timestamptz NOT NULL, version bigint NOT NULL DEFAULT 1,
            disposition text, reason text, change jsonb, target_on date, disposed_by text, disposed_at timestamptz,
            CONSTRAINT comments_pk PRIMARY KEY (id),
            CONSTRAINT comments_standard_id_fk FOREIGN KEY (standard_id) REFERENCES standards (id),
            CONSTRAINT comments_consultation_id_fk FOREIGN KEY (consultation_id) REFERENCES consultations (id)
        )""")
    op.execute("CREATE INDEX comments_standard_id_idx ON comments (standard_id, created_at, id)")
    op.execute("CREATE INDEX comments_consultation_id_idx ON comments (consultation_id)")
    op.execute("""
        CREATE TABLE minutes (
            consultation_id uuid NOT NULL, held_on date NOT NULL, place text, agreements jsonb NOT NULL,
            signers jsonb NOT NULL, notes text, version bigint NOT NULL DEFAULT 1, recorded_at timestamptz NOT NULL,
            CONSTRAINT minutes_pk PRIMARY KEY (consultation_id),
            CONSTRAINT minutes_consultation_id_fk FOREIGN KEY (consultation_id) REFERENCES consultations (id)
        )""")


def _stipulation() -> None:
    op.execute("""
        CREATE TABLE stipulations (
            standard_id uuid NOT NULL, decree_number text NOT NULL, decree_date date NOT NULL, signer jsonb NOT NULL,
            content_hash text NOT NULL, stipulated_at timestamptz NOT NULL, stipulated_by text NOT NULL,
            CONSTRAINT stipulations_pk PRIMARY KEY (standard_id),
            CONSTRAINT stipulations_standard_id_fk FOREIGN KEY (standard_id) REFERENCES standards (id)
        )""")
    op.execute("""
        CREATE TABLE publications (
            standard_id uuid NOT NULL, channels jsonb NOT NULL, published_at timestamptz NOT NULL,
            published_by text NOT NULL,
            CONSTRAINT publications_pk PRIMARY KEY (standard_id),
            CONSTRAINT publications_standard_id_fk FOREIGN KEY (standard_id) REFERENCES standards (id)
        )""")
    op.execute("""
        CREATE TABLE charters (
            id uuid NOT NULL, institution_id uuid NOT NULL, unit_id uuid NOT NULL, number text,
            statements jsonb NOT NULL, signer jsonb NOT NULL, signed_on date NOT NULL, state text NOT NULL,
            created_at timestamptz NOT NULL,
            CONSTRAINT charters_pk PRIMARY KEY (id),
            CONSTRAINT charters_institution_id_fk FOREIGN KEY (institution_id) REFERENCES institution_identities (id),
            CONSTRAINT charters_unit_id_fk FOREIGN KEY (unit_id) REFERENCES unit_identities (id)
        )""")
    op.execute("""
        CREATE TABLE charter_standards (
            standard_id uuid NOT NULL, charter_id uuid NOT NULL,
            CONSTRAINT charter_standards_pk PRIMARY KEY (standard_id),
            CONSTRAINT charter_standards_standard_id_fk FOREIGN KEY (standard_id) REFERENCES standards (id),
            CONSTRAINT charter_standards_charter_id_fk FOREIGN KEY (charter_id) REFERENCES charters (id)
        )""")
    op.execute("CREATE INDEX charter_standards_charter_id_idx ON charter_standards (charter_id)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP VIEW standards_known")
    for table in _TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION standards_record()")
    op.execute("DROP FUNCTION standards_frozen()")
