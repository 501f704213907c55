"""Table of anchors: one a day, each bound to the one before."""

from sqlalchemy import BigInteger, Column, Date, DateTime, LargeBinary, Table, Uuid

from complaints.metadata import metadata

chain_anchors = Table(
    "chain_anchors",
    metadata,
    Column("day", Date, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    Column("entries", BigInteger, nullable=False),  # of histories, since the anchor before
    Column("stream", Uuid, nullable=False),
    Column("after_position", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("stream_chain", LargeBinary, nullable=False),  # of the stream at `position`
    Column("anchored_at", DateTime(timezone=True), nullable=False),
)
