"""Reorganisations as long work, and withdrawn; appointments extended; where several provide services together; holidays."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_APPOINTMENTS = (
    "id, person_id, institution_id, unit_id, post_id, role, acting, decree_number, decree_date, appointed_by, "
    "end_reason, cancelled, valid_during, in_office_during, version, created_at"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _reorganisations()
    op.execute("ALTER TABLE appointments ADD COLUMN extensions jsonb NOT NULL DEFAULT '[]'")
    op.execute("ALTER TABLE appointments_history ADD COLUMN extensions jsonb NOT NULL DEFAULT '[]'")
    _keep_appointments(f"{_APPOINTMENTS}, extensions")
    _services()


def _reorganisations() -> None:
    # What was declared before had nothing to wait for. `recorded_at` is the stamp of its rows: by it they are found again.
    op.execute("""
        ALTER TABLE reorganisations
            ADD COLUMN work text NOT NULL DEFAULT 'done', ADD COLUMN dry_run boolean NOT NULL DEFAULT false,
            ADD COLUMN national boolean NOT NULL DEFAULT true, ADD COLUMN caller jsonb, ADD COLUMN refusal jsonb,
            ADD COLUMN recorded_at timestamptz, ADD COLUMN withdrawal jsonb""")
    # squawk is told to let these pass: there are few reorganisations, and none waits for another.
    op.execute("""-- squawk-ignore constraint-missing-not-valid
        ALTER TABLE reorganisations ADD CONSTRAINT reorganisations_work_known
        CHECK (work IN ('queued', 'done', 'failed', 'cancelled'))""")
    op.execute("-- squawk-ignore require-concurrent-index-deletion\nDROP INDEX reorganisations_waiting_idx")
    op.execute("""-- squawk-ignore require-concurrent-index-creation
        CREATE INDEX reorganisations_waiting_idx ON reorganisations (effective_on)
        WHERE effected_at IS NULL AND withdrawal IS NULL AND work = 'done' AND NOT dry_run""")


def _keep_appointments(columns: str) -> None:
    old = ", ".join(f"OLD.{name.strip()}" for name in columns.split(","))
    op.execute(f"""
        CREATE OR REPLACE FUNCTION appointments_record() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' AND OLD.recorded_at < recording() THEN
                INSERT INTO appointments_history ({columns}, recorded_at, replaced_at)
                VALUES ({old}, OLD.recorded_at, recording());
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            NEW.recorded_at := recording();
            RETURN NEW;
        END $$""")  # noqa: S608 - columns are named above
    op.execute("-- squawk-ignore ban-drop-view\nDROP VIEW appointments_known")
    op.execute(f"""
        CREATE VIEW appointments_known AS
        SELECT {columns}, recorded_at, 'infinity'::timestamptz AS replaced_at FROM appointments
        UNION ALL SELECT {columns}, recorded_at, replaced_at FROM appointments_history""")  # noqa: S608 - columns are named above


def _services() -> None:
    # Public service malls (UU 25/2009 art. 9, Perpres 89/2021) are units of somebody, where others provide services too.
    op.execute("""
        ALTER TABLE services
            ADD COLUMN place_ids uuid[] NOT NULL DEFAULT '{}', ADD COLUMN open_on_holidays boolean NOT NULL DEFAULT false,
            ADD COLUMN special_hours jsonb NOT NULL DEFAULT '[]'""")
    op.execute("""-- squawk-ignore require-concurrent-index-creation
        CREATE INDEX services_place_ids_idx ON services USING gin (place_ids) WHERE place_ids <> '{}'""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP INDEX services_place_ids_idx")
    for name in ("place_ids", "open_on_holidays", "special_hours"):
        op.execute(f"ALTER TABLE services DROP COLUMN {name}")
    _keep_appointments(_APPOINTMENTS)
    op.execute("ALTER TABLE appointments DROP COLUMN extensions")
    op.execute("ALTER TABLE appointments_history DROP COLUMN extensions")
    op.execute("DROP INDEX reorganisations_waiting_idx")
    for name in ("work", "dry_run", "national", "caller", "refusal", "recorded_at", "withdrawal"):
        op.execute(f"ALTER TABLE reorganisations DROP COLUMN {name}")
    op.execute("CREATE INDEX reorganisations_waiting_idx ON reorganisations (effective_on) WHERE effected_at IS NULL")
