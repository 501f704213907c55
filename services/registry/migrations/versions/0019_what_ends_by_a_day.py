"""Services that end on a day to come; until when units last; and the services of a past day found by indexes."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_FORMER = {"service_former_places": "placed_since", "service_former_contents": "described_since"}
"""The tables of what services were, and since when a service is as its row says."""
_INDEXES = {
    "service_former_places_institution_id_idx": "service_former_places (institution_id)",
    "service_former_contents_held_during_idx": "service_former_contents USING gist (held_during)",
    "service_former_contents_name_idx": "service_former_contents (name, service_id)",
    "service_former_contents_search_idx": "service_former_contents USING gin (search, areas_served(region_codes))",
    "service_former_contents_name_trigram_idx": "service_former_contents USING gin (name gin_trgm_ops)",
    "services_ending_idx": "services (upper(active_during)) WHERE state = 'active' AND NOT upper_inf(active_during)",
}


def upgrade() -> None:
    # All of it may be done again: indexes are built outside of the transaction, and may fail after it.
    op.execute("SET LOCAL lock_timeout = '5s'")
    _ends()
    for table, since in _FORMER.items():
        _held(table, since)
    with op.get_context().autocommit_block():
        for name, place in _INDEXES.items():
            op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
            op.execute(f"CREATE INDEX CONCURRENTLY {name} ON {place}")


def _ends() -> None:
    # `ends` is exclusive, null: open. A promise in force is kept as long as its service is offered; all others are revoked
    # or given up on the day itself.
    op.execute("""
        CREATE OR REPLACE VIEW standing AS
        SELECT parent_id AS unit_id, institution_id, 'unit' AS kind, id, name, upper(valid_during) AS ends FROM units
        UNION ALL
        SELECT held.unit_id, held.institution_id, 'appointment', held.id, people.name, upper(held.in_office_during)
        FROM appointments AS held JOIN people ON people.id = held.person_id WHERE NOT held.cancelled
        UNION ALL
        SELECT unit_id, institution_id, 'service', id, name, upper(active_during) FROM services WHERE state = 'active'
        UNION ALL
        SELECT services.unit_id, services.institution_id, 'standard', standards.id, standards.number,
            CASE WHEN services.state = 'active' AND standards.state IN ('published', 'under_review')
                THEN least(standards.effective_to, upper(services.active_during)) ELSE standards.effective_to END
        FROM standards JOIN services ON services.id = standards.service_id
        WHERE standards.state NOT IN ('superseded', 'revoked', 'abandoned')""")
    # What is offered at a unit that a reorganisation ends goes on at its successor: that unit has no end for it.
    op.execute("""
        CREATE OR REPLACE VIEW unit_ends AS
        SELECT id AS unit_id, CASE WHEN NOT EXISTS (
            SELECT FROM unit_successions AS heir WHERE heir.from_id = lasting.id AND heir.to_id <> lasting.id
            AND heir.position = 0 AND heir.effective_on = lasting.ends) THEN ends END AS ends
        FROM (SELECT id, upper(range_agg(valid_during)) AS ends FROM units GROUP BY id) AS lasting""")


def _held(table: str, since: str) -> None:
    # In the order of recording: what was entered later doesn't reach into the time of what was entered before.
    op.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS held_during daterange NOT NULL DEFAULT 'empty'")
    op.execute(f"ALTER TABLE services ADD COLUMN IF NOT EXISTS {since} date NOT NULL DEFAULT '-infinity'")
    op.execute(f"""
        UPDATE {table} AS former SET held_during = daterange(ordered.since, ordered.until) FROM (
            SELECT id, until, max(until) OVER (
                PARTITION BY service_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS since
            FROM {table}) AS ordered
        WHERE ordered.id = former.id AND (ordered.since IS NULL OR ordered.since < ordered.until)""")  # noqa: S608 - ours
    op.execute(f"""
        UPDATE services SET {since} = former.until
        FROM (SELECT service_id, max(until) AS until FROM {table} GROUP BY service_id) AS former
        WHERE former.service_id = services.id""")  # noqa: S608 - ours
    op.execute(f"""
        CREATE OR REPLACE FUNCTION {table}_held() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE since date := (SELECT max(until) FROM {table} WHERE service_id = NEW.service_id);
        BEGIN
            IF since IS NULL OR since < NEW.until THEN
                NEW.held_during := daterange(since, NEW.until);
            END IF;
            RETURN NEW;
        END $$""")  # noqa: S608 - ours
    op.execute(f"""
        CREATE OR REPLACE FUNCTION {table}_since() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE services SET {since} = greatest({since}, kept.until) FROM kept WHERE services.id = kept.service_id;
            RETURN NULL;
        END $$""")  # noqa: S608 - ours
    op.execute(f"""
        CREATE OR REPLACE TRIGGER {table}_held BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_held()""")
    op.execute(f"""
        CREATE OR REPLACE TRIGGER {table}_since AFTER INSERT ON {table} REFERENCING NEW TABLE AS kept
        FOR EACH STATEMENT EXECUTE FUNCTION {table}_since()""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in _INDEXES:
        op.execute(f"DROP INDEX {name}")
    for table, since in _FORMER.items():
        op.execute(f"DROP TRIGGER {table}_since ON {table}")
        op.execute(f"DROP TRIGGER {table}_held ON {table}")
        op.execute(f"DROP FUNCTION {table}_since()")
        op.execute(f"DROP FUNCTION {table}_held()")
        op.execute(f"ALTER TABLE services DROP COLUMN {since}")
        op.execute(f"ALTER TABLE {table} DROP COLUMN held_during")
    op.execute("DROP VIEW unit_ends")
    op.execute("""
        CREATE OR REPLACE VIEW standing AS
        SELECT parent_id AS unit_id, institution_id, 'unit' AS kind, id, name, upper(valid_during) AS ends FROM units
        UNION ALL
        SELECT held.unit_id, held.institution_id, 'appointment', held.id, people.name, upper(held.in_office_during)
        FROM appointments AS held JOIN people ON people.id = held.person_id WHERE NOT held.cancelled
        UNION ALL
        SELECT unit_id, institution_id, 'service', id, name, NULL FROM services WHERE state = 'active'
        UNION ALL
        SELECT services.unit_id, services.institution_id, 'standard', standards.id, standards.number, standards.effective_to
        FROM standards JOIN services ON services.id = standards.service_id
        WHERE standards.state NOT IN ('superseded', 'revoked', 'abandoned')""")
