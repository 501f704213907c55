"""Where services were before reorganisations and transfers, so that a day before is answered with the unit of that day."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE service_former_places (
            id bigint GENERATED ALWAYS AS IDENTITY, service_id uuid NOT NULL, institution_id uuid NOT NULL,
            unit_id uuid NOT NULL, code text NOT NULL, until date NOT NULL, recorded_at timestamptz NOT NULL,
            CONSTRAINT service_former_places_pk PRIMARY KEY (id),
            CONSTRAINT service_former_places_service_id_fk FOREIGN KEY (service_id) REFERENCES services (id),
            CONSTRAINT service_former_places_unit_fk FOREIGN KEY (unit_id, institution_id)
                REFERENCES unit_identities (id, institution_id)
        )""")
    op.execute("CREATE INDEX service_former_places_service_id_idx ON service_former_places (service_id, id)")
    op.execute("CREATE INDEX service_former_places_until_idx ON service_former_places (until)")
    op.execute("CREATE INDEX service_former_places_unit_id_idx ON service_former_places (unit_id)")
    # What reorganisations of before name as their consequences.
    op.execute("""
        INSERT INTO service_former_places (service_id, institution_id, unit_id, code, until, recorded_at)
        SELECT services.id, place.institution_id, place.id, services.code, past.effective_on, past.effected_at
        FROM reorganisations AS past
        CROSS JOIN LATERAL jsonb_array_elements(coalesce(past.consequences -> 'services', '[]')) AS passed
        JOIN services ON services.id = CAST(passed ->> 'id' AS uuid)
        JOIN unit_identities AS place ON place.id = CAST(passed ->> 'from_unit_id' AS uuid)
        WHERE past.effected_at IS NOT NULL
        ORDER BY past.effected_at""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE service_former_places")
