"""Cooperation of units, handling policies, response templates; the exemption that a refusal of information names."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # A constant default: no row is rewritten, and the release before leaves the column out.
    op.execute("ALTER TABLE cases ADD COLUMN cooperating_unit_ids uuid[] NOT NULL DEFAULT '{}'")
    # Cases in which units cooperate, among all: filing writes nothing into it. No release holds rows in this table yet.
    op.execute("""-- squawk-ignore require-concurrent-index-creation
        CREATE INDEX cases_cooperating_idx ON cases USING gin (cooperating_unit_ids)
        WHERE cooperating_unit_ids <> '{}'""")
    op.execute("ALTER TABLE attachments ADD COLUMN shared_at timestamptz")
    op.execute("""
        CREATE TABLE contributions (
            id uuid NOT NULL, case_id uuid NOT NULL, institution_id uuid NOT NULL, unit_id uuid NOT NULL,
            state text NOT NULL, question text NOT NULL, asked_by jsonb NOT NULL, asked_at timestamptz NOT NULL,
            policy_code text NOT NULL, policy_version integer NOT NULL, rule_number integer NOT NULL,
            due_at timestamptz NOT NULL, answer text, reason text, ended_by jsonb, ended_at timestamptz,
            reminded_at timestamptz,
            CONSTRAINT contributions_pk PRIMARY KEY (id),
            CONSTRAINT contributions_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT contributions_rule_fk FOREIGN KEY (policy_code, policy_version, rule_number)
                REFERENCES deadline_rules (policy_code, policy_version, number),
            CONSTRAINT contributions_state CHECK (state IN ('asked', 'answered', 'declined', 'withdrawn')),
            CONSTRAINT contributions_ended CHECK ((state = 'asked') = (ended_at IS NULL))
        )""")
    op.execute("CREATE INDEX contributions_case_id_idx ON contributions (case_id, asked_at)")
    op.execute("CREATE UNIQUE INDEX contributions_open_key ON contributions (case_id, unit_id) WHERE state = 'asked'")
    op.execute(
        "CREATE INDEX contributions_due_idx ON contributions (due_at) WHERE state = 'asked' AND reminded_at IS NULL"
    )
    op.execute("""
        CREATE TABLE handling_policies (
            id uuid NOT NULL, institution_id uuid, unit_id uuid, version integer NOT NULL,
            effective_from date NOT NULL, legal_source text NOT NULL, rules jsonb NOT NULL,
            recorded_by text NOT NULL, recorded_at timestamptz NOT NULL,
            CONSTRAINT handling_policies_pk PRIMARY KEY (id),
            CONSTRAINT handling_policies_version_key UNIQUE NULLS NOT DISTINCT (institution_id, unit_id, version),
            CONSTRAINT handling_policies_place CHECK (unit_id IS NULL OR institution_id IS NOT NULL)
        )""")
    op.execute("CREATE INDEX handling_policies_recorded_idx ON handling_policies (recorded_at, id)")
    op.execute("""
        CREATE TABLE response_templates (
            id uuid NOT NULL, institution_id uuid NOT NULL, name text NOT NULL, kind text NOT NULL,
            version integer NOT NULL, archived_at timestamptz,
            created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
            CONSTRAINT response_templates_pk PRIMARY KEY (id)
        )""")
    op.execute("CREATE INDEX response_templates_institution_idx ON response_templates (institution_id, created_at, id)")
    op.execute("""
        CREATE UNIQUE INDEX response_templates_name_key ON response_templates (institution_id, lower(name))
        WHERE archived_at IS NULL""")
    op.execute("""
        CREATE TABLE response_template_versions (
            template_id uuid NOT NULL, version integer NOT NULL, texts jsonb NOT NULL, variables text[] NOT NULL,
            recorded_by text NOT NULL, recorded_at timestamptz NOT NULL,
            CONSTRAINT response_template_versions_pk PRIMARY KEY (template_id, version),
            CONSTRAINT response_template_versions_template_id_fk FOREIGN KEY (template_id)
                REFERENCES response_templates (id)
        )""")
    # One row a use, only ever added: counting them makes no two answers wait for one another.
    op.execute("""
        CREATE TABLE response_template_uses (
            response_id uuid NOT NULL, template_id uuid NOT NULL, version integer NOT NULL,
            CONSTRAINT response_template_uses_pk PRIMARY KEY (response_id),
            CONSTRAINT response_template_uses_version_fk FOREIGN KEY (template_id, version)
                REFERENCES response_template_versions (template_id, version)
        )""")
    op.execute("CREATE INDEX response_template_uses_template_idx ON response_template_uses (template_id, version)")
    op.execute("ALTER TABLE responses ADD COLUMN exemption jsonb")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE responses DROP COLUMN exemption")
    for table in (
        "response_template_uses",
        "response_template_versions",
        "response_templates",
        "handling_policies",
        "contributions",
    ):
        op.execute(f"DROP TABLE {table}")
    op.execute("ALTER TABLE attachments DROP COLUMN shared_at")
    op.execute("DROP INDEX cases_cooperating_idx")
    op.execute("ALTER TABLE cases DROP COLUMN cooperating_unit_ids")
