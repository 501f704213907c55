"""What belongs to a stipulated version is frozen: its row, its decree, its publication, its charter's signatures, its making."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_GOES_ON = {
    "standards": (
        "state, effective_on, effective_to, review_due_on, publication_media, charter_state, reviewed_on, revision, "
        "changed_at, recorded_at, in_force_during"
    ),
    "charters": "number, statements, signer, signed_on, state",
}
"""What is told of a version, or of its charter, after the decree. Whatever else there is, now or later, is frozen."""
_KEPT = (
    "standard_moves",
    "agreement_follow_ups",
    "stipulations",
    "publications",
    "charter_signings",
    "charter_standards",
)
"""Tables to which rows are added, and that is all."""
_MAKING = {
    "consultations": "{row}.standard_id",
    "comments": "{row}.standard_id",
    "offer_dispositions": "{row}.standard_id",
    "consultation_participants": "(SELECT standard_id FROM consultations WHERE id = {row}.consultation_id)",
    "consultation_sessions": "(SELECT standard_id FROM consultations WHERE id = {row}.consultation_id)",
    "minutes": "(SELECT standard_id FROM consultations WHERE id = {row}.consultation_id)",
    "session_attendance": """(SELECT standard_id FROM consultations JOIN consultation_sessions AS held
        ON held.consultation_id = consultations.id WHERE held.id = {row}.session_id)""",
}
"""How a version came about: changed while it is drafted, by the version that a row is part of."""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE FUNCTION refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'what belongs to a stipulated standard is frozen'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'standards_frozen', TABLE = TG_TABLE_NAME;
        END $$""")
    _versions()
    _charters()
    for table in _KEPT:
        op.execute(f"""
            CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_frozen()""")
    for table, version in _MAKING.items():
        _made(table, version)
    for table in ("standards", "charters", *_KEPT, *_MAKING):
        op.execute(f"""
            CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_frozen()""")


def _versions() -> None:
    # The day on which it takes effect and the media of its publication are said once; what is over stays over.
    op.execute(f"""
        CREATE OR REPLACE FUNCTION standards_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE goes_on text[] := string_to_array('{_GOES_ON["standards"]}', ', ');
        BEGIN
            IF OLD.state NOT IN ('draft', 'in_consultation', 'public_test', 'finalising') AND (
                TG_OP = 'DELETE'
                OR NEW.state IN ('draft', 'in_consultation', 'public_test', 'finalising')
                OR OLD.state IN ('superseded', 'revoked', 'abandoned') AND NEW.state <> OLD.state
                OR OLD.effective_on IS NOT NULL AND NEW.effective_on IS DISTINCT FROM OLD.effective_on
                OR OLD.publication_media IS NOT NULL AND NEW.publication_media IS DISTINCT FROM OLD.publication_media
                OR to_jsonb(NEW) - goes_on IS DISTINCT FROM to_jsonb(OLD) - goes_on
            ) THEN
                RAISE EXCEPTION 'the text of a stipulated standard is frozen'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'standards_frozen', TABLE = TG_TABLE_NAME;
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END $$""")


def _charters() -> None:
    # Signed anew by who comes after; every signature stays in charter_signings.
    op.execute(f"""
        CREATE TRIGGER charters_frozen BEFORE UPDATE ON charters FOR EACH ROW
        WHEN (to_jsonb(NEW) - string_to_array('{_GOES_ON["charters"]}', ', ')
            IS DISTINCT FROM to_jsonb(OLD) - string_to_array('{_GOES_ON["charters"]}', ', '))
        EXECUTE FUNCTION refuse_frozen()""")
    op.execute("""
        CREATE TRIGGER charters_kept BEFORE DELETE ON charters FOR EACH ROW EXECUTE FUNCTION refuse_frozen()""")


def _made(table: str, version: str) -> None:
    # The version's row is shared meanwhile, so that no decree comes between the question and the change. Where somebody who
    # commented may be answered isn't part of the making: it can be erased.
    erased = " AND (TG_OP <> 'UPDATE' OR to_jsonb(NEW) - 'contact' IS DISTINCT FROM to_jsonb(OLD) - 'contact')"
    op.execute(f"""
        CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE decreed boolean := false;
        BEGIN
            IF TG_OP <> 'INSERT' THEN
                decreed := (SELECT state NOT IN ('draft', 'in_consultation', 'public_test', 'finalising') FROM standards
                    WHERE id = {version.format(row="OLD")} FOR SHARE);
            END IF;
            IF TG_OP <> 'DELETE' AND NOT coalesce(decreed, false) THEN
                decreed := (SELECT state NOT IN ('draft', 'in_consultation', 'public_test', 'finalising') FROM standards
                    WHERE id = {version.format(row="NEW")} FOR SHARE);
            END IF;
            IF decreed{erased if table == "comments" else ""} THEN
                RAISE EXCEPTION 'how a stipulated standard came about is frozen'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'standards_frozen', TABLE = TG_TABLE_NAME;
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END $$""")  # noqa: S608 - names are ours
    op.execute(f"""
        CREATE TRIGGER {table}_frozen BEFORE INSERT OR UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_frozen()""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in ("standards", "charters", *_KEPT, *_MAKING):
        op.execute(f"DROP TRIGGER {table}_not_emptied ON {table}")
    for table in ("charters", *_KEPT, *_MAKING):
        op.execute(f"DROP TRIGGER {table}_frozen ON {table}")
    op.execute("DROP TRIGGER charters_kept ON charters")
    for table in _MAKING:
        op.execute(f"DROP FUNCTION {table}_frozen()")
    op.execute("""
        CREATE OR REPLACE FUNCTION standards_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.state NOT IN ('draft', 'in_consultation', 'public_test', 'finalising') AND (
                TG_OP = 'DELETE'
                OR NEW.state IN ('draft', 'in_consultation', 'public_test', 'finalising')
                OR (NEW.service_id, NEW.number, NEW.version, NEW.components, NEW.considerations, NEW.content_hash)
                   IS DISTINCT FROM
                   (OLD.service_id, OLD.number, OLD.version, OLD.components, OLD.considerations, OLD.content_hash)
            ) THEN
                RAISE EXCEPTION 'the text of a stipulated standard is frozen'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'standards_frozen';
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END $$""")
    op.execute("DROP FUNCTION refuse_frozen()")
