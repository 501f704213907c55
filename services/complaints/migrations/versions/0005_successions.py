"""Which units and institutions passed on to which: whom the open cases of those that ended go to."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE successions (
            from_id uuid NOT NULL, to_id uuid NOT NULL, kind text NOT NULL, reorganisation_id uuid NOT NULL,
            decree_number text NOT NULL, effective_on date NOT NULL, handed_over_at timestamptz,
            CONSTRAINT successions_pk PRIMARY KEY (from_id),
            CONSTRAINT successions_kind CHECK (kind IN ('unit', 'institution'))
        )""")
    op.execute("CREATE INDEX successions_waiting_idx ON successions (kind) WHERE handed_over_at IS NULL")
    # What a unit holds now, among everything that it ever held.
    # No release holds rows in this table yet, so nothing waits.
    op.execute("""-- squawk-ignore require-concurrent-index-creation
        CREATE INDEX custody_intervals_held_idx ON custody_intervals (unit_id)
        WHERE to_at IS NULL AND unit_id IS NOT NULL""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP INDEX custody_intervals_held_idx")
    op.execute("DROP TABLE successions")
