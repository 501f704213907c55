"""Feed, idempotency, followers and the registry copy."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_FACT = """type text NOT NULL, subject text NOT NULL, sequence bigint NOT NULL, visibility text NOT NULL,
            institution_id uuid, data jsonb NOT NULL, occurred_at timestamptz NOT NULL"""

_TABLES = {
    "outbox": f"""id bigint GENERATED ALWAYS AS IDENTITY, {_FACT},
            CONSTRAINT outbox_pk PRIMARY KEY (id)""",
    "events": f"""position bigint NOT NULL, {_FACT}, chain bytea NOT NULL,
            CONSTRAINT events_pk PRIMARY KEY (position)""",
    "feed_head": """one boolean NOT NULL DEFAULT true, position bigint NOT NULL DEFAULT 0,
            stream uuid NOT NULL DEFAULT gen_random_uuid(), chain bytea NOT NULL DEFAULT '\\x'::bytea,
            CONSTRAINT feed_head_pk PRIMARY KEY (one),
            CONSTRAINT feed_head_feed_head_one CHECK (one)""",
    "idempotency_keys": """client text NOT NULL, key text NOT NULL, body_hash bytea NOT NULL,
            status integer, headers jsonb, reply bytea, created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT idempotency_keys_pk PRIMARY KEY (client, key)""",
    "feed_cursors": """feed text NOT NULL, stream text, position bigint NOT NULL DEFAULT 0,
            rebuilding boolean NOT NULL DEFAULT false, moved_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT feed_cursors_pk PRIMARY KEY (feed)""",
    "parked_events": """feed text NOT NULL, position bigint NOT NULL, event jsonb NOT NULL, error text NOT NULL,
            attempts integer NOT NULL, parked_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT parked_events_pk PRIMARY KEY (feed, position)""",
    "directory_subjects": """subject text NOT NULL, sequence bigint NOT NULL, occurred_at timestamptz NOT NULL,
            CONSTRAINT directory_subjects_pk PRIMARY KEY (subject)""",
    "directory_institutions": """id uuid NOT NULL, code text NOT NULL, name text NOT NULL, kind text NOT NULL,
            region_code text, time_zone text NOT NULL, aliases text[] NOT NULL, valid_during daterange NOT NULL,
            CONSTRAINT directory_institutions_pk PRIMARY KEY (id)""",
    "directory_supervision": """institution_id uuid NOT NULL, supervisor_id uuid NOT NULL,
            valid_during daterange NOT NULL,
            CONSTRAINT directory_supervision_pk PRIMARY KEY (institution_id, supervisor_id, valid_during)""",
    "directory_units": """id uuid NOT NULL, institution_id uuid NOT NULL, parent_id uuid, code text NOT NULL,
            name text NOT NULL, kind text NOT NULL, region_code text, functions text[] NOT NULL,
            valid_during daterange NOT NULL,
            CONSTRAINT directory_units_pk PRIMARY KEY (id, valid_during)""",
    "directory_unit_ancestors": """unit_id uuid NOT NULL, ancestor_id uuid NOT NULL, depth smallint NOT NULL,
            valid_during daterange NOT NULL,
            CONSTRAINT directory_unit_ancestors_pk PRIMARY KEY (unit_id, ancestor_id, valid_during)""",
    "directory_people": """id uuid NOT NULL, name text NOT NULL, account_id text, client_id text,
            CONSTRAINT directory_people_pk PRIMARY KEY (id)""",
    "directory_appointments": """id uuid NOT NULL, person_id uuid NOT NULL, person_name text NOT NULL,
            institution_id uuid NOT NULL, unit_id uuid, role text NOT NULL, acting text NOT NULL,
            decree_number text, valid_during daterange NOT NULL,
            CONSTRAINT directory_appointments_pk PRIMARY KEY (id)""",
    "directory_services": """id uuid NOT NULL, institution_id uuid NOT NULL, unit_id uuid, code text NOT NULL,
            name text NOT NULL, kind text, region_codes text[] NOT NULL, state text NOT NULL,
            CONSTRAINT directory_services_pk PRIMARY KEY (id)""",
    "directory_calendars": """code text NOT NULL, version integer NOT NULL, time_zone text NOT NULL,
            region_code text, working_blocks jsonb NOT NULL, days jsonb NOT NULL,
            CONSTRAINT directory_calendars_pk PRIMARY KEY (code)""",
}

_INDEXES = {
    "idempotency_keys_created_at_idx": "idempotency_keys (created_at)",
    "directory_institutions_region_idx": "directory_institutions (region_code)",
    "directory_institutions_code_idx": "directory_institutions (code)",
    "directory_supervision_supervisor_idx": "directory_supervision (supervisor_id)",
    "directory_units_parent_idx": "directory_units (parent_id)",
    "directory_units_institution_idx": "directory_units (institution_id)",
    "directory_unit_ancestors_subtree_idx": "directory_unit_ancestors (ancestor_id, unit_id)",
    "directory_people_account_idx": "directory_people (account_id)",
    "directory_people_client_idx": "directory_people (client_id)",
    "directory_appointments_person_idx": "directory_appointments (person_id)",
    "directory_appointments_place_idx": "directory_appointments (institution_id, unit_id, role)",
    "directory_appointments_unit_idx": "directory_appointments (unit_id, role)",
    "directory_services_unit_idx": "directory_services (unit_id)",
    "directory_services_institution_idx": "directory_services (institution_id)",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {name} ({columns})")
    op.execute("INSERT INTO feed_head DEFAULT VALUES")
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {columns}")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
