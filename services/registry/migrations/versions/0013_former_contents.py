"""What services offered before they were changed, so that a day before is answered with the name and hours of that day."""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE service_former_contents (
            id bigint GENERATED ALWAYS AS IDENTITY, service_id uuid NOT NULL,
            name text NOT NULL, description text, kind text NOT NULL, field text, funding_route text,
            legal_basis text[] NOT NULL, target_groups text[] NOT NULL, vulnerable_groups text[] NOT NULL,
            channels text[] NOT NULL, life_events text[] NOT NULL, region_codes text[] NOT NULL,
            locations jsonb NOT NULL, opening_hours jsonb NOT NULL, partners jsonb NOT NULL, place_ids uuid[] NOT NULL,
            open_on_holidays boolean NOT NULL, special_hours jsonb NOT NULL, search tsvector NOT NULL,
            until date NOT NULL, recorded_at timestamptz NOT NULL,
            CONSTRAINT service_former_contents_pk PRIMARY KEY (id),
            CONSTRAINT service_former_contents_service_id_fk FOREIGN KEY (service_id) REFERENCES services (id),
            CONSTRAINT service_former_contents_service_id_key UNIQUE (service_id, until)
        )""")
    op.execute("CREATE INDEX service_former_contents_until_idx ON service_former_contents (until)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE service_former_contents")
