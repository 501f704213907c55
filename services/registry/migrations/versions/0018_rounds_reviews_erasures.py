"""What each round discusses, follow-up consultations of a review, personal data that is erased, charters as they were signed."""

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_DRAFTED = "'draft', 'in_consultation', 'public_test', 'finalising'"
_ACCEPTED = "disposition IN ('accepted', 'accepted_partly') AND change IS NOT NULL"
_ROUND_OF = "SELECT {what} FROM consultations WHERE id = {row}.consultation_id"
_VERSION, _REVIEW = f"({_ROUND_OF})".replace("{what}", "standard_id"), f"({_ROUND_OF})".replace("{what}", "review_id")
_HELD = "SELECT {what} FROM consultations JOIN consultation_sessions AS held ON held.consultation_id = consultations.id"
_MAKING = {
    "consultations": ("{row}.standard_id", "{row}.review_id"),
    "comments": ("{row}.standard_id", _REVIEW),
    "offer_dispositions": ("{row}.standard_id", "CAST(NULL AS bigint)"),
    "consultation_participants": (_VERSION, _REVIEW),
    "consultation_sessions": (_VERSION, _REVIEW),
    "minutes": (_VERSION, _REVIEW),
    "session_attendance": tuple(
        f"({_HELD} WHERE held.id = {{row}}.session_id)".replace("{what}", what) for what in ("standard_id", "review_id")
    ),
}
"""How a version came about: the version that a row is part of, and the review that its round follows up, if it does."""
_PERSONAL = {
    "comments": (
        "body, contact",
        "NEW.body IN ('', OLD.body) AND NEW.contact IS NULL",
    ),
    "consultation_participants": (
        "name, organisation",
        "NEW.name = '' AND NEW.organisation IS NULL",
    ),
    "minutes": (
        "signers, agreements",
        """only_erased(OLD.signers, NEW.signers, '{"name": "", "position": null}')
                AND only_erased(OLD.agreements, NEW.agreements, '{"owner": ""}')""",
    ),
}
"""What of a row is of a person, and how it reads once it is erased."""
_BEFORE_0018 = {
    "consultations": "{row}.standard_id",
    "comments": "{row}.standard_id",
    "offer_dispositions": "{row}.standard_id",
    "consultation_participants": "(SELECT standard_id FROM consultations WHERE id = {row}.consultation_id)",
    "consultation_sessions": "(SELECT standard_id FROM consultations WHERE id = {row}.consultation_id)",
    "minutes": "(SELECT standard_id FROM consultations WHERE id = {row}.consultation_id)",
    "session_attendance": """(SELECT standard_id FROM consultations JOIN consultation_sessions AS held
        ON held.consultation_id = consultations.id WHERE held.id = {row}.session_id)""",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _rounds()
    _accepted()
    _frozen()
    _charters()


def _rounds() -> None:
    # A round discusses the text as it stands when it opens, and of a version that is being reviewed follows up that review;
    # the database says both, also for a release that knows of neither.
    op.execute("ALTER TABLE consultations ADD COLUMN components jsonb")
    op.execute("ALTER TABLE consultations ADD COLUMN review_id bigint")
    op.execute("""-- squawk-ignore constraint-missing-not-valid, adding-foreign-key-constraint
        ALTER TABLE consultations ADD CONSTRAINT consultations_review_id_fk FOREIGN KEY (review_id)
        REFERENCES standard_moves (id)""")
    op.execute("""
        CREATE FUNCTION present_review(of_standard uuid) RETURNS bigint LANGUAGE sql STABLE AS $$
            SELECT max(id) FROM standard_moves
            WHERE standard_id = of_standard AND state_after = 'under_review' AND state_before <> 'under_review' $$""")
    op.execute("""
        CREATE FUNCTION consultations_discuss() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            SELECT components, CASE WHEN state = 'under_review' THEN present_review(id) END
                INTO NEW.components, NEW.review_id FROM standards WHERE id = NEW.standard_id FOR SHARE;
            RETURN NEW;
        END $$""")
    op.execute("""
        CREATE TRIGGER consultations_discuss BEFORE INSERT ON consultations
        FOR EACH ROW EXECUTE FUNCTION consultations_discuss()""")
    # Only what is still drafted is asked for it; the rounds of what was stipulated are frozen.
    op.execute(f"""
        UPDATE consultations SET components = coalesce(
            (SELECT known.components FROM standards_known AS known
             WHERE known.id = standard_id AND known.state IN ('in_consultation', 'public_test')
                AND known.recorded_at >= opened_at
             ORDER BY known.recorded_at LIMIT 1),
            (SELECT standards.components FROM standards WHERE standards.id = standard_id))
        WHERE standard_id IN (SELECT id FROM standards WHERE state IN ({_DRAFTED}))""")  # noqa: S608 - states are ours


def _accepted() -> None:
    # What the follow-up of a review accepted is the successor's to make; an offer is of the round in which it was accepted.
    op.execute(f"""
        CREATE OR REPLACE VIEW accepted_changes AS
        SELECT comments.standard_id, change ->> 'component' AS component, '/comments/' || comments.id AS pointer, round
        FROM comments LEFT JOIN consultation_sessions AS held ON held.id = comments.session_id
        JOIN consultations ON consultations.id = coalesce(held.consultation_id, comments.consultation_id)
        WHERE {_ACCEPTED} AND review_id IS NULL
        UNION ALL
        SELECT successor.id, change ->> 'component', '/comments/' || comments.id, 0
        FROM standards AS successor JOIN comments ON comments.standard_id = successor.predecessor_id
        JOIN consultations ON consultations.id = comments.consultation_id
        WHERE {_ACCEPTED} AND review_id IS NOT NULL
        UNION ALL
        SELECT standard_id, change ->> 'component', '/offers/' || case_id, coalesce(
            (SELECT max(round) FROM consultations
             WHERE consultations.standard_id = offer_dispositions.standard_id AND opened_at <= disposed_at), 0)
        FROM offer_dispositions WHERE {_ACCEPTED}""")  # noqa: S608 - the condition is ours
    op.execute("""
        CREATE VIEW discussed_texts AS
        SELECT drafted.id AS standard_id, 0 AS round, coalesce(promised.components, '{}') AS components
        FROM standards AS drafted LEFT JOIN standards AS promised ON promised.id = drafted.predecessor_id
        UNION ALL SELECT standard_id, round, components FROM consultations WHERE review_id IS NULL""")
    op.execute("""
        CREATE VIEW pending_changes AS
        SELECT accepted_changes.standard_id, component, pointer, said.components -> component AS discussed
        FROM accepted_changes
        JOIN discussed_texts AS said USING (standard_id, round)
        WHERE NOT EXISTS (
            SELECT FROM discussed_texts AS later
            WHERE later.standard_id = said.standard_id AND later.round > said.round
                AND later.components -> component IS DISTINCT FROM said.components -> component)""")
    op.execute(f"""
        UPDATE standards SET changeable = ARRAY(
            SELECT DISTINCT component FROM pending_changes WHERE standard_id = standards.id ORDER BY component)
        WHERE state IN ({_DRAFTED}) AND changeable <> '{{}}'""")  # noqa: S608 - states are ours


def _frozen() -> None:
    op.execute(f"""
        CREATE FUNCTION is_being_made(of_standard uuid, review bigint) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE stands text := (SELECT state FROM standards WHERE id = of_standard FOR SHARE);
        BEGIN
            RETURN stands IS NULL OR stands IN ({_DRAFTED})
                OR stands = 'under_review' AND coalesce(review = present_review(of_standard), false);
        END $$""")  # noqa: S608 - states are ours
    op.execute("""
        CREATE FUNCTION only_erased(before jsonb, after jsonb, blank jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
            SELECT jsonb_array_length(before) = jsonb_array_length(after) AND NOT EXISTS (
                SELECT FROM jsonb_array_elements(before) WITH ORDINALITY AS b(said, place)
                JOIN jsonb_array_elements(after) WITH ORDINALITY AS a(said, place) USING (place)
                WHERE a.said NOT IN (b.said, b.said || blank)) $$""")
    # Who erased it, when and why is told by a move of the version, which the row names.
    for table in _PERSONAL:
        op.execute(f"ALTER TABLE {table} ADD COLUMN erasure_id bigint")
        op.execute(f"""-- squawk-ignore constraint-missing-not-valid, adding-foreign-key-constraint
            ALTER TABLE {table} ADD CONSTRAINT {table}_erasure_id_fk FOREIGN KEY (erasure_id)
            REFERENCES standard_moves (id)""")
    for table, (version, review) in _MAKING.items():
        _made(table, version, review)


def _made(table: str, version: str, review: str) -> None:
    # The version's row is shared meanwhile, so that no decree comes between the question and the change.
    old, new = (f"is_being_made({version}, {review})".format(row=row) for row in ("OLD", "NEW"))
    op.execute(f"""
        CREATE OR REPLACE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            {_erased(table, version)}IF TG_OP <> 'INSERT' AND NOT {old} OR TG_OP <> 'DELETE' AND NOT {new} THEN
                RAISE EXCEPTION 'how a stipulated standard came about is frozen'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'standards_frozen', TABLE = TG_TABLE_NAME;
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END $$""")


def _erased(table: str, version: str) -> str:
    if table not in _PERSONAL:
        return ""
    names, blank = _PERSONAL[table]
    personal = f"string_to_array('{names}, erasure_id', ', ')"
    return f"""IF TG_OP = 'UPDATE' AND NEW.erasure_id IS DISTINCT FROM OLD.erasure_id AND EXISTS (
                SELECT FROM standard_moves
                WHERE id = NEW.erasure_id AND action = 'erasure' AND standard_id = {version.format(row="OLD")})
                AND to_jsonb(NEW) - {personal} = to_jsonb(OLD) - {personal}
                AND {blank} THEN
                RETURN NEW;
            END IF;
            """


def _charters() -> None:
    # What a charter says is what was signed last, at the end of every transaction; it may only become more widely published.
    op.execute("""
        CREATE FUNCTION charters_signed() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE charter uuid := CASE TG_TABLE_NAME WHEN 'charters' THEN to_jsonb(NEW) ->> 'id'
            ELSE to_jsonb(NEW) ->> 'charter_id' END;
        BEGIN
            IF (SELECT ROW (number, statements, signer, signed_on) FROM charters WHERE id = charter) IS DISTINCT FROM
                (SELECT ROW (number, statements, signer, signed_on) FROM charter_signings WHERE charter_id = charter
                 ORDER BY ordinal DESC LIMIT 1) THEN
                RAISE EXCEPTION 'a charter says what was signed last'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'standards_frozen', TABLE = TG_TABLE_NAME;
            END IF;
            RETURN NULL;
        END $$""")
    for table, event in (("charters", "INSERT OR UPDATE"), ("charter_signings", "INSERT")):
        op.execute(f"""
            CREATE CONSTRAINT TRIGGER {table}_signed AFTER {event} ON {table} DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION charters_signed()""")
    op.execute("""
        CREATE TRIGGER charters_stay_published BEFORE UPDATE ON charters FOR EACH ROW
        WHEN (OLD.state = 'published_electronic' AND NEW.state <> OLD.state
            OR OLD.state = 'published_non_electronic' AND NEW.state NOT IN (OLD.state, 'published_electronic'))
        EXECUTE FUNCTION refuse_frozen()""")
    op.execute("""
        ALTER TABLE charters ADD CONSTRAINT charters_statements CHECK (
            statements ?& ARRAY['promise_to_serve', 'promise_to_improve', 'accept_sanction']) NOT VALID""")
    op.execute(
        "-- squawk-ignore constraint-missing-not-valid\nALTER TABLE charters VALIDATE CONSTRAINT charters_statements"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE charters DROP CONSTRAINT charters_statements")
    op.execute("DROP TRIGGER charters_stay_published ON charters")
    for table in ("charters", "charter_signings"):
        op.execute(f"DROP TRIGGER {table}_signed ON {table}")
    op.execute("DROP FUNCTION charters_signed()")
    for table, version in _BEFORE_0018.items():
        _made_before(table, version)
    for table in _PERSONAL:
        op.execute(f"ALTER TABLE {table} DROP COLUMN erasure_id")
    op.execute("DROP FUNCTION is_being_made(uuid, bigint)")
    op.execute("DROP FUNCTION only_erased(jsonb, jsonb, jsonb)")
    op.execute("DROP VIEW pending_changes")
    op.execute("DROP VIEW discussed_texts")
    op.execute("DROP VIEW accepted_changes")
    op.execute(f"""
        CREATE VIEW accepted_changes AS
        SELECT standard_id, change ->> 'component' AS component FROM comments WHERE {_ACCEPTED}
        UNION ALL SELECT standard_id, change ->> 'component' FROM offer_dispositions WHERE {_ACCEPTED}""")  # noqa: S608
    op.execute("DROP TRIGGER consultations_discuss ON consultations")
    op.execute("DROP FUNCTION consultations_discuss()")
    op.execute("DROP FUNCTION present_review(uuid)")
    op.execute("ALTER TABLE consultations DROP COLUMN review_id")
    op.execute("ALTER TABLE consultations DROP COLUMN components")


def _made_before(table: str, version: str) -> None:
    erased = " AND (TG_OP <> 'UPDATE' OR to_jsonb(NEW) - 'contact' IS DISTINCT FROM to_jsonb(OLD) - 'contact')"
    op.execute(f"""
        CREATE OR REPLACE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE decreed boolean := false;
        BEGIN
            IF TG_OP <> 'INSERT' THEN
                decreed := (SELECT state NOT IN ({_DRAFTED}) FROM standards
                    WHERE id = {version.format(row="OLD")} FOR SHARE);
            END IF;
            IF TG_OP <> 'DELETE' AND NOT coalesce(decreed, false) THEN
                decreed := (SELECT state NOT IN ({_DRAFTED}) FROM standards
                    WHERE id = {version.format(row="NEW")} FOR SHARE);
            END IF;
            IF decreed{erased if table == "comments" else ""} THEN
                RAISE EXCEPTION 'how a stipulated standard came about is frozen'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'standards_frozen', TABLE = TG_TABLE_NAME;
            END IF;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        END $$""")  # noqa: S608 - names are ours
