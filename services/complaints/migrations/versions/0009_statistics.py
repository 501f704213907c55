"""Roll-ups of cases: what each was counted as, the cells, how far they have come; words that were cleared for the public."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_DIMENSIONS = """source text, institution_id uuid, unit_id uuid, service_id uuid, type text, case_class text,
            state text, category text, channel text, region_code text, confidential boolean"""
_COUNTERS = (
    "filed", "matters", "verified", "answered", "followed_up", "resolved", "archived", "withdrawn", "merged",
    "referred_out", "open", "late", "rated", "rating_sum", "reopened", "appealed", "refusals", "transfers",
)  # fmt: skip
_COUNTED = ", ".join(f"{name} integer NOT NULL" for name in _COUNTERS)


def _cells(name: str, values: str) -> None:
    op.execute(f"""
        CREATE TABLE {name} (
            cell uuid NOT NULL, cube smallint NOT NULL, period date NOT NULL,
            {_DIMENSIONS},
            {values},
            CONSTRAINT {name}_pk PRIMARY KEY (cell)
        ) WITH (fillfactor = 80)""")
    op.execute(f"CREATE INDEX {name}_period_idx ON {name} (cube, period)")
    op.execute(f"CREATE INDEX {name}_institution_idx ON {name} (institution_id, cube, period)")
    op.execute(f"CREATE INDEX {name}_unit_idx ON {name} (unit_id, cube, period) WHERE unit_id IS NOT NULL")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE unannounced_changes (
            id bigint GENERATED ALWAYS AS IDENTITY, case_id uuid NOT NULL,
            CONSTRAINT unannounced_changes_pk PRIMARY KEY (id)
        )""")
    op.execute(f"""
        CREATE TABLE case_tallies (
            id uuid NOT NULL, source text NOT NULL, at timestamptz NOT NULL, day date NOT NULL,
            institution_id uuid, unit_id uuid, service_id uuid, type text NOT NULL, case_class text NOT NULL,
            state text NOT NULL, category text, channel text NOT NULL, region_code text, confidential boolean NOT NULL,
            due_at timestamptz,
            {_COUNTED}, spread text[] NOT NULL,
            CONSTRAINT case_tallies_pk PRIMARY KEY (id)
        )""")
    op.execute("CREATE INDEX case_tallies_due_idx ON case_tallies (due_at) WHERE due_at IS NOT NULL")
    op.execute("CREATE INDEX case_tallies_recap_idx ON case_tallies (institution_id, at) WHERE source <> 'platform'")
    _cells("case_counts", _COUNTED)
    _cells("case_spreads", "item text NOT NULL, n integer NOT NULL")
    op.execute("CREATE INDEX case_counts_empty_idx ON case_counts (cell) WHERE filed = 0")
    op.execute("CREATE INDEX case_spreads_empty_idx ON case_spreads (cell) WHERE n = 0")
    op.execute("""
        CREATE TABLE counting (
            one boolean NOT NULL DEFAULT true, position bigint, building_from bigint, built_to uuid,
            CONSTRAINT counting_pk PRIMARY KEY (one),
            CONSTRAINT counting_one CHECK (one)
        )""")
    # Where there are cases already they are counted first, from their rows; until then statistics are read from these.
    op.execute("INSERT INTO counting (position) SELECT CASE WHEN NOT EXISTS (SELECT FROM cases) THEN 0 END")
    op.execute("""
        CREATE TABLE public_texts (
            case_id uuid NOT NULL, version integer NOT NULL, title text, text text, answer text,
            cleared_by jsonb NOT NULL, cleared_at timestamptz NOT NULL,
            CONSTRAINT public_texts_pk PRIMARY KEY (case_id, version),
            CONSTRAINT public_texts_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id)
        )""")
    op.execute("""
        CREATE INDEX public_texts_words_idx ON public_texts
        USING gin (case_words(coalesce(title, '') || ' ' || coalesce(text, '')))""")
    # Few cases are protected: an office that may count them finds them by these, whatever the number of the others.
    # No release holds many rows in this table yet, so nothing waits.
    op.execute("""-- squawk-ignore require-concurrent-index-creation
        CREATE INDEX cases_protected_idx ON cases (institution_id, created_at, id) WHERE custody = 'protected'""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP INDEX cases_protected_idx")
    for table in ("public_texts", "counting", "case_spreads", "case_counts", "case_tallies", "unannounced_changes"):
        op.execute(f"DROP TABLE {table}")
