"""The words by which services are found: what is misspelt is corrected by them, instead of by a million names."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

FILL = """
INSERT INTO service_words SELECT DISTINCT word FROM (
    SELECT DISTINCT regexp_split_to_table(concat_ws(' ', name, description), '\\W+') AS part FROM {table}
) AS parts, words_of(part) AS word WHERE part ~ '^[[:alpha:]]' ORDER BY word ON CONFLICT DO NOTHING"""
"""Words repeat: stop words are sought among those that differ, not in a million texts. The benchmark's database is filled so too."""


def upgrade() -> None:
    # All of it may be done again: it is filled outside of the transaction, so that nobody who writes waits for that.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE TABLE IF NOT EXISTS service_words (word text CONSTRAINT service_words_pk PRIMARY KEY)")
    op.execute("""
        CREATE INDEX IF NOT EXISTS service_words_trigram_idx ON service_words USING gin (word gin_trgm_ops)""")
    # Numbers and what is shorter than three letters aren't corrected. What is longer than a lexeme may be isn't a word.
    op.execute("""
        CREATE OR REPLACE FUNCTION words_of(content text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE
        BEGIN ATOMIC
            SELECT DISTINCT word FROM regexp_split_to_table(without_stop_words(content), '\\W+') AS word
            WHERE word ~ '^[[:alpha:]]\\w\\w' AND length(word) <= 100;
        END""")
    op.execute("""
        CREATE OR REPLACE FUNCTION services_words() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO service_words SELECT word FROM words_of(concat_ws(' ', NEW.name, NEW.description)) AS word
            ORDER BY word ON CONFLICT DO NOTHING;
            RETURN NULL;
        END $$""")
    op.execute("""
        CREATE OR REPLACE TRIGGER services_words AFTER INSERT OR UPDATE OF name, description ON services
        FOR EACH ROW EXECUTE FUNCTION services_words()""")
    with op.get_context().autocommit_block():
        for table in ("services", "service_former_contents"):
            op.execute(FILL.format(table=table))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TRIGGER services_words ON services")
    op.execute("DROP FUNCTION services_words()")
    op.execute("DROP FUNCTION words_of(text)")
    op.execute("DROP TABLE service_words")
