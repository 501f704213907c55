"""Indexes for a registry of a country's size: subtrees in the order of their lists, services by words and place at once."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # squawk is told to let these pass: no release holds rows in these tables yet, so nothing waits.
    # Nearest first is how subtrees are listed: a page reads its rows alone, a count the index alone.
    op.execute("-- squawk-ignore require-concurrent-index-deletion\nDROP INDEX unit_ancestors_subtree_idx")
    op.execute("""-- squawk-ignore require-concurrent-index-creation
        CREATE INDEX unit_ancestors_subtree_idx ON unit_ancestors (ancestor_id, depth, unit_id) INCLUDE (valid_during)""")
    # What is offered everywhere has an area too, so that one condition, and one index, answers words and place.
    op.execute("""
        CREATE FUNCTION areas_served(region_codes text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
        RETURN CASE WHEN cardinality(region_codes) = 0 THEN ARRAY['everywhere'] ELSE region_codes END""")
    op.execute("-- squawk-ignore require-concurrent-index-deletion\nDROP INDEX services_search_idx")
    op.execute("-- squawk-ignore require-concurrent-index-deletion\nDROP INDEX services_region_codes_idx")
    op.execute("""-- squawk-ignore require-concurrent-index-creation
        CREATE INDEX services_search_idx ON services USING gin (search, areas_served(region_codes))""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP INDEX services_search_idx")
    op.execute("DROP FUNCTION areas_served(text[])")
    op.execute("CREATE INDEX services_search_idx ON services USING gin (search)")
    op.execute("CREATE INDEX services_region_codes_idx ON services USING gin (region_codes)")
    op.execute("DROP INDEX unit_ancestors_subtree_idx")
    op.execute("CREATE INDEX unit_ancestors_subtree_idx ON unit_ancestors (ancestor_id, unit_id)")
