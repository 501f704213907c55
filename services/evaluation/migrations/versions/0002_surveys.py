"""Facts of cases and standards; surveys, their answers, one-time codes and aggregates."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ANSWER = """scores smallint[] NOT NULL, channel text NOT NULL, service_id uuid, sex text, age_band text,
            education text, occupation text, disability text, received_at timestamptz NOT NULL"""

_TABLES = {
    "facts_cases": """id uuid NOT NULL, sequence bigint NOT NULL, type text NOT NULL, case_class text NOT NULL,
            state text NOT NULL, institution_id uuid, unit_id uuid, service_id uuid, category text, region_code text,
            channel text, filed_at timestamptz NOT NULL, due_at timestamptz, resolved_at timestamptz,
            closed_at timestamptz, ended_at timestamptz, late boolean NOT NULL, rating integer,
            visibility_class text NOT NULL,
            CONSTRAINT facts_cases_pk PRIMARY KEY (id)""",
    "facts_standards": """id uuid NOT NULL, sequence bigint NOT NULL, service_id uuid NOT NULL, unit_id uuid,
            institution_id uuid, number text, version integer NOT NULL, state text NOT NULL, effective_on date,
            effective_to date, completion_time jsonb, fee jsonb, review_due_on date,
            CONSTRAINT facts_standards_pk PRIMARY KEY (id)""",
    "survey_definitions": """code text NOT NULL, version integer NOT NULL, effective_from date NOT NULL,
            effective_to date, source text NOT NULL, document jsonb NOT NULL,
            CONSTRAINT survey_definitions_pk PRIMARY KEY (code, version)""",
    "surveys": """id uuid NOT NULL, subject text NOT NULL, institution_id uuid NOT NULL, unit_id uuid,
            service_id uuid, time_zone text NOT NULL, title text NOT NULL,
            definition_code text NOT NULL, definition_version integer NOT NULL,
            elements text[] NOT NULL, additional_elements jsonb NOT NULL,
            scale_min smallint NOT NULL, scale_max smallint NOT NULL, weighting text NOT NULL,
            population integer, channel_limits jsonb NOT NULL, period_from date NOT NULL, period_to date,
            state text NOT NULL, method text, process text, result jsonb, version bigint NOT NULL,
            created_at timestamptz NOT NULL, opened_at timestamptz, closed_at timestamptz, published_at timestamptz,
            CONSTRAINT surveys_pk PRIMARY KEY (id),
            CONSTRAINT surveys_definition_code_fk FOREIGN KEY (definition_code, definition_version)
                REFERENCES survey_definitions (code, version),
            CONSTRAINT surveys_subject CHECK (subject IN ('institution', 'unit', 'service')),
            CONSTRAINT surveys_state CHECK (state IN ('draft', 'open', 'closed', 'published')),
            CONSTRAINT surveys_period CHECK (period_to IS NULL OR period_from < period_to),
            CONSTRAINT surveys_population CHECK (population > 0)""",
    "survey_responses": f"""id uuid NOT NULL, survey_id uuid NOT NULL, {_ANSWER}, day date NOT NULL,
            reference_hash bytea, counted boolean NOT NULL, version bigint NOT NULL,
            version_at timestamptz NOT NULL, created_at timestamptz NOT NULL,
            CONSTRAINT survey_responses_pk PRIMARY KEY (id),
            CONSTRAINT survey_responses_survey_id_fk FOREIGN KEY (survey_id) REFERENCES surveys (id),
            CONSTRAINT survey_responses_reference_key UNIQUE (survey_id, reference_hash)""",
    "survey_response_versions": f"""response_id uuid NOT NULL, version bigint NOT NULL, survey_id uuid NOT NULL,
            {_ANSWER}, counted boolean NOT NULL, from_at timestamptz NOT NULL, to_at timestamptz NOT NULL,
            reason text NOT NULL, changed_by text NOT NULL,
            CONSTRAINT survey_response_versions_pk PRIMARY KEY (response_id, version),
            CONSTRAINT survey_response_versions_response_id_fk FOREIGN KEY (response_id)
                REFERENCES survey_responses (id)""",
    "survey_codes": """survey_id uuid NOT NULL, code_hash bytea NOT NULL, made_at timestamptz NOT NULL, used_on date,
            CONSTRAINT survey_codes_pk PRIMARY KEY (survey_id, code_hash),
            CONSTRAINT survey_codes_survey_id_fk FOREIGN KEY (survey_id) REFERENCES surveys (id)""",
    "survey_aggregates": """survey_id uuid NOT NULL, day date NOT NULL, dimension text NOT NULL, code text NOT NULL,
            n bigint NOT NULL, sums bigint[] NOT NULL, square_sum bigint NOT NULL,
            CONSTRAINT survey_aggregates_pk PRIMARY KEY (survey_id, day, dimension, code),
            CONSTRAINT survey_aggregates_survey_id_fk FOREIGN KEY (survey_id) REFERENCES surveys (id)""",
}

_INDEXES = {
    "facts_cases_institution_idx": "facts_cases (institution_id, filed_at)",
    "facts_cases_unit_idx": "facts_cases (unit_id, filed_at)",
    "facts_cases_service_idx": "facts_cases (service_id, filed_at)",
    "facts_standards_service_idx": "facts_standards (service_id, effective_on)",
    "surveys_created_idx": "surveys (created_at, id)",
    "surveys_institution_idx": "surveys (institution_id, created_at, id)",
    "surveys_unit_idx": "surveys (unit_id, created_at, id)",
    "surveys_service_idx": "surveys (service_id, created_at, id)",
    "survey_responses_created_idx": "survey_responses (survey_id, created_at, id)",
    "survey_responses_received_idx": "survey_responses (survey_id, received_at)",
    "survey_response_versions_survey_idx": "survey_response_versions (survey_id, to_at)",
    # Answers that name their service, of whatever survey: what the service's scorecard adds up.
    "survey_aggregates_service_idx": "survey_aggregates (code, day) WHERE dimension = 'service'",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {name} ({columns})")
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {columns}")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
