"""Recorded time for supervision and aliases: who supervised whom, and by which names, as it was known."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_COLUMNS = {
    "supervision": "institution_id, supervisor_id, valid_during, source",
    "institution_aliases": "institution_id, alias, kind",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table, columns in _COLUMNS.items():
        old = ", ".join(f"OLD.{name.strip()}" for name in columns.split(","))
        # What stands here already was known from the beginning, as far as anybody can tell.
        op.execute(f"ALTER TABLE {table} ADD COLUMN recorded_at timestamptz NOT NULL DEFAULT '-infinity'")
        op.execute(f"CREATE TABLE {table}_history (LIKE {table}, replaced_at timestamptz NOT NULL)")
        op.execute(f"CREATE INDEX {table}_history_institution_id_idx ON {table}_history (institution_id, replaced_at)")
        op.execute(f"""
            CREATE FUNCTION {table}_record() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF TG_OP <> 'INSERT' AND OLD.recorded_at < recording() THEN
                    INSERT INTO {table}_history ({columns}, recorded_at, replaced_at)
                    VALUES ({old}, OLD.recorded_at, recording());
                END IF;
                IF TG_OP = 'DELETE' THEN
                    RETURN OLD;
                END IF;
                NEW.recorded_at := recording();
                RETURN NEW;
            END $$""")  # noqa: S608 - names of our own
        op.execute(f"""
            CREATE TRIGGER {table}_record BEFORE INSERT OR UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_record()""")
        op.execute(f"""
            CREATE VIEW {table}_known AS
            SELECT {columns}, recorded_at, 'infinity'::timestamptz AS replaced_at FROM {table}
            UNION ALL SELECT {columns}, recorded_at, replaced_at FROM {table}_history""")  # noqa: S608 - names of our own


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in _COLUMNS:
        op.execute(f"DROP VIEW {table}_known")
        op.execute(f"DROP TABLE {table}_history")
        op.execute(f"DROP TRIGGER {table}_record ON {table}")
        op.execute(f"DROP FUNCTION {table}_record()")
        op.execute(f"ALTER TABLE {table} DROP COLUMN recorded_at")
