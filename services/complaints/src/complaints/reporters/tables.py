"""Table of reporters: what is personal stands sealed in it, and keyed digests find equal numbers without telling them."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, SmallInteger, Table, Text, Uuid, text

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
