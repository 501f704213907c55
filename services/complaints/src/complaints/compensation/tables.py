"""Table of claims, one a case: what holds now. How it came there stands in the case's history."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, DateTime, ForeignKey, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import metadata

_AT = DateTime(timezone=True)

compensation_claims = Table(
    "compensation_claims",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False, unique=True),
    Column("state", Text, nullable=False),  # compensation_states
    Column("claimed_amount_idr", BigInteger, nullable=False),
    Column("grounds", Text, nullable=False),
    Column("claimed_at", _AT, nullable=False),
    Column("awarded_amount_idr", BigInteger),
    Column("pay_by", Date),
    Column("budget_source", Text),
    Column("reasons", Text),
    Column("decided_by", JSONB),
    Column("decided_at", _AT),
    Column("paid_amount_idr", BigInteger),
    Column("paid_on", Date),
    Column("payment_reference", Text),
    Column("paid_recorded_by", JSONB),
    Column("paid_recorded_at", _AT),
    CheckConstraint("state IN ('claimed', 'awarded', 'rejected', 'paid')", name="state"),
    CheckConstraint("claimed_amount_idr > 0 AND awarded_amount_idr > 0 AND paid_amount_idr > 0", name="amounts"),
    CheckConstraint(
        "state NOT IN ('awarded', 'paid') "
        "OR (awarded_amount_idr IS NOT NULL AND pay_by IS NOT NULL AND decided_at IS NOT NULL)",
        name="award",
    ),
    CheckConstraint("state <> 'paid' OR (paid_amount_idr IS NOT NULL AND paid_on IS NOT NULL)", name="payment"),
    Index("compensation_claims_claimed_idx", "claimed_at", "id"),
    Index("compensation_claims_unpaid_idx", "pay_by", postgresql_where=text("state = 'awarded'")),
)
