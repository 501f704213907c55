"""Since when something stands on a unit or an institution: neither begins later than that."""

from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # A service has been at a place since it came there or was offered there, whichever was later; also where it is no more.
    op.execute("""
        CREATE VIEW standing_since AS
        SELECT parent_id AS unit_id, institution_id, 'unit' AS kind, id, name, lower(valid_during) AS begins FROM units
        UNION ALL
        SELECT held.unit_id, held.institution_id, 'appointment', held.id, people.name, lower(held.in_office_during)
        FROM appointments AS held JOIN people ON people.id = held.person_id
        WHERE NOT held.cancelled AND NOT isempty(held.in_office_during)
        UNION ALL
        SELECT unit_id, institution_id, 'service', id, name, greatest(lower(active_during), placed_since) FROM services
        WHERE active_during && datemultirange(daterange(placed_since, NULL))
        UNION ALL
        SELECT former.unit_id, former.institution_id, 'service', services.id, services.name,
            lower(services.active_during * datemultirange(former.held_during))
        FROM service_former_places AS former JOIN services ON services.id = former.service_id
        WHERE services.active_during && datemultirange(former.held_during)""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP VIEW standing_since")
