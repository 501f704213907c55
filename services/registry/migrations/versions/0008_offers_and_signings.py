"""What complaints tell of services, offered to drafts; what a standard's events tell; charters signed anew; follow-up."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KNOWN = (
    "id, service_id, institution_id, number, version, revision, state, components, considerations, provider_team, "
    "manufacturing_public, changeable, content_hash, predecessor_id, effective_on, effective_to, review_due_on, "
    "time_zone, drafted_by, created_at, changed_at"
)
_TOLD = {
    "consultation_elements": "text[]",
    "publication_media": "text[]",
    "charter_state": "text",
    "reviewed_on": "date",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _offers()
    _told()
    _signed()
    _agreed()


def _offers() -> None:
    op.execute("""
        CREATE TABLE feed_cursors (
            feed text NOT NULL, stream text, position bigint NOT NULL DEFAULT 0,
            rebuilding boolean NOT NULL DEFAULT false, moved_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT feed_cursors_pk PRIMARY KEY (feed)
        )""")
    op.execute("""
        CREATE TABLE parked_events (
            feed text NOT NULL, position bigint NOT NULL, event jsonb NOT NULL, error text NOT NULL,
            attempts integer NOT NULL, parked_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT parked_events_pk PRIMARY KEY (feed, position)
        )""")
    # A copy of another service's facts: no key refers to it, since it can be read anew from the feed at any time.
    op.execute("""
        CREATE TABLE offers (
            case_id uuid NOT NULL, sequence bigint NOT NULL, type text NOT NULL, state text NOT NULL,
            service_id uuid, category text, region_code text, channel text, filed_at timestamptz NOT NULL,
            CONSTRAINT offers_pk PRIMARY KEY (case_id)
        )""")
    op.execute("CREATE INDEX offers_service_id_idx ON offers (service_id, filed_at, case_id)")
    op.execute("""
        CREATE TABLE offer_dispositions (
            standard_id uuid NOT NULL, case_id uuid NOT NULL, disposition text NOT NULL, reason text, change jsonb,
            target_on date, disposed_by text NOT NULL, disposed_at timestamptz NOT NULL,
            version bigint NOT NULL DEFAULT 1,
            CONSTRAINT offer_dispositions_pk PRIMARY KEY (standard_id, case_id),
            CONSTRAINT offer_dispositions_standard_id_fk FOREIGN KEY (standard_id) REFERENCES standards (id)
        )""")
    op.execute("CREATE INDEX offer_dispositions_case_id_idx ON offer_dispositions (case_id)")


def _told() -> None:
    for name, kind in _TOLD.items():
        op.execute(f"ALTER TABLE standards ADD COLUMN {name} {kind}")
        op.execute(f"ALTER TABLE standards_history ADD COLUMN {name} {kind}")
    _keep_history(", ".join((_KNOWN, *_TOLD)))
    # What stands elsewhere is put onto the row; nobody believed anything else before, so the history stays as it is.
    op.execute("ALTER TABLE standards DISABLE TRIGGER USER")
    op.execute("""
        UPDATE standards SET
            consultation_elements = (
                SELECT array_agg(DISTINCT p.element ORDER BY p.element) FROM consultations AS c
                JOIN consultation_participants AS p ON p.consultation_id = c.id
                JOIN session_attendance AS a ON a.participant_id = p.id
                WHERE c.standard_id = standards.id AND standards.content_hash IS NOT NULL),
            publication_media = (
                SELECT array_agg(DISTINCT medium ORDER BY medium) FROM publications AS p
                CROSS JOIN LATERAL (SELECT jsonb_array_elements(p.channels) ->> 'medium' AS medium) AS told
                WHERE p.standard_id = standards.id),
            charter_state = (
                SELECT charters.state FROM charter_standards AS c JOIN charters ON charters.id = c.charter_id
                WHERE c.standard_id = standards.id),
            reviewed_on = (
                SELECT max(CAST(timezone(standards.time_zone, at) AS date)) FROM standard_moves
                WHERE standard_id = standards.id AND action = 'confirmation')""")
    op.execute("ALTER TABLE standards ENABLE TRIGGER USER")


def _keep_history(columns: str) -> None:
    old = ", ".join(f"OLD.{name.strip()}" for name in columns.split(","))
    op.execute(f"""
        CREATE OR REPLACE FUNCTION standards_record() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' AND OLD.recorded_at < recording() THEN
                INSERT INTO standards_history ({columns}, recorded_at, replaced_at)
                VALUES ({old}, OLD.recorded_at, recording());
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            NEW.recorded_at := recording();
            RETURN NEW;
        END $$""")  # noqa: S608 - columns are named above
    op.execute("-- squawk-ignore ban-drop-view\nDROP VIEW standards_known")
    op.execute(f"""
        CREATE VIEW standards_known AS
        SELECT {columns}, recorded_at, 'infinity'::timestamptz AS replaced_at FROM standards
        UNION ALL SELECT {columns}, recorded_at, replaced_at FROM standards_history""")  # noqa: S608 - columns are named above


def _signed() -> None:
    # Each signature is kept; the charter itself says the last. squawk is told to let the indexes pass: no release holds rows
    # in these tables yet, so nothing waits.
    op.execute("""
        CREATE TABLE charter_signings (
            charter_id uuid NOT NULL, ordinal integer NOT NULL, number text, statements jsonb NOT NULL,
            signer jsonb NOT NULL, signed_on date NOT NULL, recorded_at timestamptz NOT NULL,
            CONSTRAINT charter_signings_pk PRIMARY KEY (charter_id, ordinal),
            CONSTRAINT charter_signings_charter_id_fk FOREIGN KEY (charter_id) REFERENCES charters (id)
        )""")
    op.execute("""
        INSERT INTO charter_signings (charter_id, ordinal, number, statements, signer, signed_on, recorded_at)
        SELECT id, 1, number, statements, signer, signed_on, created_at FROM charters""")
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\nCREATE INDEX charters_unit_id_idx ON charters (unit_id)"
    )


def _agreed() -> None:
    # What was said in the forum is told apart from what anybody sent; agreements are followed up.
    op.execute("ALTER TABLE comments ADD COLUMN session_id uuid")
    op.execute("ALTER TABLE comments ADD COLUMN element text")
    op.execute("""-- squawk-ignore constraint-missing-not-valid, adding-foreign-key-constraint
        ALTER TABLE comments ADD CONSTRAINT comments_session_id_fk FOREIGN KEY (session_id)
        REFERENCES consultation_sessions (id)""")
    op.execute(
        "-- squawk-ignore require-concurrent-index-creation\nCREATE INDEX comments_session_id_idx ON comments (session_id)"
    )
    op.execute("""
        CREATE TABLE agreement_follow_ups (
            id uuid NOT NULL, consultation_id uuid NOT NULL, agreement integer NOT NULL, state text NOT NULL,
            report text NOT NULL, proof text, recorded_by text NOT NULL, recorded_at timestamptz NOT NULL,
            CONSTRAINT agreement_follow_ups_pk PRIMARY KEY (id),
            CONSTRAINT agreement_follow_ups_consultation_id_fk FOREIGN KEY (consultation_id)
                REFERENCES consultations (id),
            CONSTRAINT agreement_follow_ups_state_known CHECK (state IN ('in_progress', 'done', 'dropped'))
        )""")
    op.execute("""
        CREATE INDEX agreement_follow_ups_consultation_id_idx
        ON agreement_follow_ups (consultation_id, recorded_at, id)""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE agreement_follow_ups")
    op.execute("ALTER TABLE comments DROP COLUMN session_id")
    op.execute("ALTER TABLE comments DROP COLUMN element")
    op.execute("DROP INDEX charters_unit_id_idx")
    op.execute("DROP TABLE charter_signings")
    _keep_history(_KNOWN)
    for name in _TOLD:
        op.execute(f"ALTER TABLE standards DROP COLUMN {name}")
        op.execute(f"ALTER TABLE standards_history DROP COLUMN {name}")
    for table in ("offer_dispositions", "offers", "parked_events", "feed_cursors"):
        op.execute(f"DROP TABLE {table}")
