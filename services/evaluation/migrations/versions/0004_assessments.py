"""PEKPPP: instruments, campaigns, assessments; the Ombudsman's opinions; what more is kept of standards."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OF_ASSESSMENT = "FOREIGN KEY (assessment_id) REFERENCES assessments (id)"

_TABLES = {
    "instruments": """code text NOT NULL, version integer NOT NULL, effective_from date NOT NULL, effective_to date,
            source text NOT NULL, document jsonb NOT NULL,
            CONSTRAINT instruments_pk PRIMARY KEY (code, version)""",
    "assessment_campaigns": """id uuid NOT NULL, institution_id uuid NOT NULL, title text NOT NULL,
            scheme text NOT NULL, year integer NOT NULL, instrument_code text NOT NULL,
            instrument_version integer NOT NULL, evaluator_form text NOT NULL, user_form text NOT NULL,
            period_from date NOT NULL, period_to date NOT NULL, respondents_minimum integer NOT NULL,
            version bigint NOT NULL, created_at timestamptz NOT NULL,
            CONSTRAINT assessment_campaigns_pk PRIMARY KEY (id),
            CONSTRAINT assessment_campaigns_instrument_code_fk FOREIGN KEY (instrument_code, instrument_version)
                REFERENCES instruments (code, version),
            CONSTRAINT assessment_campaigns_period CHECK (period_from < period_to),
            CONSTRAINT assessment_campaigns_respondents CHECK (respondents_minimum > 0)""",
    "assessments": """id uuid NOT NULL, campaign_id uuid NOT NULL, unit_id uuid NOT NULL, institution_id uuid NOT NULL,
            organiser_id uuid NOT NULL, time_zone text NOT NULL, state text NOT NULL, result jsonb, ipp numeric,
            grade text, version bigint NOT NULL, created_at timestamptz NOT NULL, submitted_at timestamptz,
            completed_at timestamptz, confirmed_at timestamptz, published_at timestamptz,
            CONSTRAINT assessments_pk PRIMARY KEY (id),
            CONSTRAINT assessments_campaign_id_fk FOREIGN KEY (campaign_id) REFERENCES assessment_campaigns (id),
            CONSTRAINT assessments_unit_key UNIQUE (campaign_id, unit_id),
            CONSTRAINT assessments_state CHECK (
                state IN ('prepared', 'self_assessment', 'evaluation', 'verification', 'final', 'published'))""",
    "assessment_evaluators": f"""assessment_id uuid NOT NULL, person_id uuid NOT NULL,
            CONSTRAINT assessment_evaluators_pk PRIMARY KEY (assessment_id, person_id),
            CONSTRAINT assessment_evaluators_assessment_id_fk {_OF_ASSESSMENT}""",
    "assessment_answers": f"""assessment_id uuid NOT NULL, form text NOT NULL, item text NOT NULL,
            level smallint NOT NULL, note text, answered_by text NOT NULL, answered_at timestamptz NOT NULL,
            CONSTRAINT assessment_answers_pk PRIMARY KEY (assessment_id, form, item),
            CONSTRAINT assessment_answers_assessment_id_fk {_OF_ASSESSMENT}""",
    "assessment_user_answers": f"""id uuid NOT NULL, assessment_id uuid NOT NULL, levels smallint[] NOT NULL,
            day date NOT NULL,
            CONSTRAINT assessment_user_answers_pk PRIMARY KEY (id),
            CONSTRAINT assessment_user_answers_assessment_id_fk {_OF_ASSESSMENT}""",
    "assessment_codes": f"""assessment_id uuid NOT NULL, code_hash bytea NOT NULL, made_at timestamptz NOT NULL,
            used_on date,
            CONSTRAINT assessment_codes_pk PRIMARY KEY (assessment_id, code_hash),
            CONSTRAINT assessment_codes_assessment_id_fk {_OF_ASSESSMENT}""",
    "assessment_evidence": f"""id uuid NOT NULL, assessment_id uuid NOT NULL, item text NOT NULL, title text NOT NULL,
            document_number text, url text, note text, added_by text NOT NULL, created_at timestamptz NOT NULL,
            CONSTRAINT assessment_evidence_pk PRIMARY KEY (id),
            CONSTRAINT assessment_evidence_assessment_id_fk {_OF_ASSESSMENT}""",
    "assessment_objections": f"""id uuid NOT NULL, assessment_id uuid NOT NULL, item text NOT NULL,
            claimed_level smallint, reason text NOT NULL, raised_by text NOT NULL, raised_at timestamptz NOT NULL,
            decision text, decision_reason text, decided_by text, decided_at timestamptz,
            CONSTRAINT assessment_objections_pk PRIMARY KEY (id),
            CONSTRAINT assessment_objections_assessment_id_fk {_OF_ASSESSMENT},
            CONSTRAINT assessment_objections_decision CHECK (decision IN ('accepted', 'rejected'))""",
    "assessment_history": f"""assessment_id uuid NOT NULL, sequence bigint NOT NULL, action text NOT NULL,
            from_state text, to_state text NOT NULL, actor text NOT NULL, at timestamptz NOT NULL, detail jsonb NOT NULL,
            CONSTRAINT assessment_history_pk PRIMARY KEY (assessment_id, sequence),
            CONSTRAINT assessment_history_assessment_id_fk {_OF_ASSESSMENT}""",
    "ombudsman_opinions": """id uuid NOT NULL, institution_id uuid NOT NULL, year integer NOT NULL,
            scheme text NOT NULL, score numeric NOT NULL, category text NOT NULL, zone text, opinion text, source text,
            recorded_by text NOT NULL, created_at timestamptz NOT NULL,
            CONSTRAINT ombudsman_opinions_pk PRIMARY KEY (id),
            CONSTRAINT ombudsman_opinions_year_key UNIQUE (institution_id, year),
            CONSTRAINT ombudsman_opinions_score CHECK (score BETWEEN 0 AND 100)""",
}

_INDEXES = {
    "assessment_campaigns_created_idx": "assessment_campaigns (created_at, id)",
    "assessment_campaigns_institution_idx": "assessment_campaigns (institution_id, created_at, id)",
    "assessments_created_idx": "assessments (created_at, id)",
    "assessments_unit_idx": "assessments (unit_id, created_at, id)",
    "assessments_institution_idx": "assessments (institution_id, created_at, id)",
    "assessment_evaluators_person_idx": "assessment_evaluators (person_id)",
    "assessment_user_answers_assessment_idx": "assessment_user_answers (assessment_id)",
    "assessment_evidence_assessment_idx": "assessment_evidence (assessment_id, created_at, id)",
    "assessment_objections_assessment_idx": "assessment_objections (assessment_id, raised_at, id)",
    "ombudsman_opinions_created_idx": "ombudsman_opinions (created_at, id)",
}

_OF_STANDARDS = {
    "consultation_elements": "text[]",
    "publication_media": "text[]",
    "charter_state": "text",
    "reviewed_on": "date",
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {name} ({columns})")
    for name, columns in _INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {columns}")
    for name, kind in _OF_STANDARDS.items():
        op.execute(f"ALTER TABLE facts_standards ADD COLUMN {name} {kind}")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name in _OF_STANDARDS:
        op.execute(f"ALTER TABLE facts_standards DROP COLUMN {name}")
    for name in reversed(_TABLES):
        op.execute(f"DROP TABLE {name}")
