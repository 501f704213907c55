"""What stands on a unit or an institution, by kind and name, so that neither is ended under it."""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # `ends` is exclusive, null: open. Services are deactivated and standards revoked on a day, never for a day to come.
    op.execute("""
        CREATE VIEW standing AS
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


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP VIEW standing")
