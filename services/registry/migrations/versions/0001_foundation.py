"""Feed, idempotency, regions and calendars."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for extension in ("btree_gist", "pg_trgm", "unaccent"):
        op.execute(f"CREATE EXTENSION IF NOT EXISTS {extension}")
    op.execute("""
        CREATE TABLE outbox (
            id bigint GENERATED ALWAYS AS IDENTITY,
            type text NOT NULL, subject text NOT NULL, sequence bigint NOT NULL, visibility text NOT NULL,
            institution_id uuid, data jsonb NOT NULL, occurred_at timestamptz NOT NULL,
            CONSTRAINT outbox_pk PRIMARY KEY (id)
        )""")
    op.execute("""
        CREATE TABLE events (
            position bigint NOT NULL,
            type text NOT NULL, subject text NOT NULL, sequence bigint NOT NULL, visibility text NOT NULL,
            institution_id uuid, data jsonb NOT NULL, occurred_at timestamptz NOT NULL,
            chain bytea NOT NULL,
            CONSTRAINT events_pk PRIMARY KEY (position)
        )""")
    op.execute("""
        CREATE TABLE feed_head (
            one boolean NOT NULL DEFAULT true, position bigint NOT NULL DEFAULT 0,
            stream uuid NOT NULL DEFAULT gen_random_uuid(), chain bytea NOT NULL DEFAULT '\\x'::bytea,
            CONSTRAINT feed_head_pk PRIMARY KEY (one),
            CONSTRAINT feed_head_feed_head_one CHECK (one)
        )""")
    op.execute("INSERT INTO feed_head DEFAULT VALUES")
    op.execute("""
        CREATE TABLE idempotency_keys (
            client text NOT NULL, key text NOT NULL, body_hash bytea NOT NULL,
            status integer, headers jsonb, reply bytea, created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT idempotency_keys_pk PRIMARY KEY (client, key)
        )""")
    op.execute("CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at)")
    op.execute("""
        CREATE TABLE regions (
            code text NOT NULL, name text NOT NULL, level text NOT NULL, parent_code text, time_zone text NOT NULL,
            population integer, population_male integer, population_female integer,
            CONSTRAINT regions_pk PRIMARY KEY (code),
            CONSTRAINT regions_parent_code_fk FOREIGN KEY (parent_code) REFERENCES regions (code)
                DEFERRABLE INITIALLY DEFERRED
        )""")
    op.execute("CREATE INDEX regions_parent_code_idx ON regions (parent_code, code)")
    op.execute("CREATE INDEX regions_name_trigram_idx ON regions USING gin (name gin_trgm_ops)")
    op.execute("""
        CREATE TABLE calendars (
            code text NOT NULL, version integer NOT NULL, name jsonb NOT NULL, time_zone text NOT NULL,
            region_code text, working_blocks jsonb NOT NULL, days jsonb NOT NULL, source text NOT NULL,
            recorded_at timestamptz NOT NULL,
            CONSTRAINT calendars_pk PRIMARY KEY (code)
        )""")
    op.execute("""
        CREATE TABLE calendar_versions (
            code text NOT NULL, version integer NOT NULL, document jsonb NOT NULL, recorded_at timestamptz NOT NULL,
            CONSTRAINT calendar_versions_pk PRIMARY KEY (code, version)
        )""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in (
        "calendar_versions",
        "calendars",
        "regions",
        "idempotency_keys",
        "feed_head",
        "events",
        "outbox",
    ):
        op.execute(f"DROP TABLE {table}")
