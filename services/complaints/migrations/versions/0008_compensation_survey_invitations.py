"""Claims for compensation, what a formal request asks for in which form, and who was invited to the survey of the service after a case was closed."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("ALTER TABLE cases ADD COLUMN information jsonb")
    op.execute("""
        CREATE TABLE compensation_claims (
            id uuid NOT NULL, case_id uuid NOT NULL, state text NOT NULL,
            claimed_amount_idr bigint NOT NULL, grounds text NOT NULL, claimed_at timestamptz NOT NULL,
            awarded_amount_idr bigint, pay_by date, budget_source text, reasons text,
            decided_by jsonb, decided_at timestamptz,
            paid_amount_idr bigint, paid_on date, payment_reference text,
            paid_recorded_by jsonb, paid_recorded_at timestamptz,
            CONSTRAINT compensation_claims_pk PRIMARY KEY (id),
            CONSTRAINT compensation_claims_case_id_key UNIQUE (case_id),
            CONSTRAINT compensation_claims_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id),
            CONSTRAINT compensation_claims_state CHECK (state IN ('claimed', 'awarded', 'rejected', 'paid')),
            CONSTRAINT compensation_claims_amounts CHECK (claimed_amount_idr > 0 AND awarded_amount_idr > 0
                AND paid_amount_idr > 0),
            CONSTRAINT compensation_claims_award CHECK (state NOT IN ('awarded', 'paid')
                OR (awarded_amount_idr IS NOT NULL AND pay_by IS NOT NULL AND decided_at IS NOT NULL)),
            CONSTRAINT compensation_claims_payment CHECK (state <> 'paid'
                OR (paid_amount_idr IS NOT NULL AND paid_on IS NOT NULL))
        )""")
    op.execute("CREATE INDEX compensation_claims_claimed_idx ON compensation_claims (claimed_at, id)")
    # What is awarded and not paid: what must be budgeted for (UU 25/2009 art. 50(4)).
    op.execute("CREATE INDEX compensation_claims_unpaid_idx ON compensation_claims (pay_by) WHERE state = 'awarded'")
    op.execute("""
        CREATE TABLE survey_invitations (
            case_id uuid NOT NULL, service_id uuid NOT NULL, made_at timestamptz NOT NULL, expires_on date NOT NULL,
            CONSTRAINT survey_invitations_pk PRIMARY KEY (case_id),
            CONSTRAINT survey_invitations_case_id_fk FOREIGN KEY (case_id) REFERENCES cases (id)
        )""")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE survey_invitations")
    op.execute("DROP TABLE compensation_claims")
    op.execute("ALTER TABLE cases DROP COLUMN information")
