"""Tables of reporters: what is personal stands sealed, and keyed digests find equal numbers; and who opened an identity."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, LargeBinary, SmallInteger, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import metadata

reporters = Table(
    "reporters",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.id"), primary_key=True),
    Column("kind", Text, nullable=False),  # reporter_kinds
    Column("key_version", SmallInteger, nullable=False),
    Column("nonce", LargeBinary, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("phone_index", LargeBinary),
    Column("email_index", LargeBinary),
    Column("national_id_index", LargeBinary),
    *(
        Index(f"reporters_{name}", name, postgresql_where=text(f"{name} IS NOT NULL"))
        for name in ("phone_index", "email_index", "national_id_index")
    ),
)

identity_disclosures = Table(
    "identity_disclosures",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", Uuid, ForeignKey("cases.id"), nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", JSONB, nullable=False),
    Column("subject", Text, nullable=False),  # account:<id> or client:<id>, who may read the identity from then on
    Column("person_id", Uuid),
    Column("reason", Text, nullable=False),
    Column("legal_basis", Text),
    Column("recipients", JSONB, nullable=False),
    Column("withheld_because", Text),  # why the reporter isn't told; null: they are
    Index("identity_disclosures_case_id_idx", "case_id", "at"),
)
