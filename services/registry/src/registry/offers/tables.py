"""Tables of offers: a copy of what complaints tells of them, and what drafts made of them.

Neither text nor anything of who filed it is here: whoever drafts reads that in complaints, under a right of their own.
"""

from sqlalchemy import BigInteger, Column, Date, DateTime, ForeignKey, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from registry.metadata import metadata

offers = Table(
    "offers",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("sequence", BigInteger, nullable=False),  # of the event that the row says
    Column("type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("service_id", Uuid),  # null once the case names none, or is protected
    Column("category", Text),
    Column("region_code", Text),
    Column("channel", Text),
    Column("filed_at", DateTime(timezone=True), nullable=False),
    Index("offers_service_id_idx", "service_id", "filed_at", "case_id"),
)

offer_dispositions = Table(
    "offer_dispositions",
    metadata,
    Column("standard_id", Uuid, ForeignKey("standards.id"), primary_key=True),
    Column("case_id", Uuid, primary_key=True),  # not a key of offers: a copy can be read anew
    Column("disposition", Text, nullable=False),
    Column("reason", Text),
    Column("change", JSONB),
    Column("target_on", Date),
    Column("disposed_by", Text, nullable=False),
    Column("disposed_at", DateTime(timezone=True), nullable=False),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    Index("offer_dispositions_case_id_idx", "case_id"),
)
