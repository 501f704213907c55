"""Table of invitations: one a case. The code isn't stored: it is derived, as the PIN is."""

from sqlalchemy import Column, Date, DateTime, ForeignKey, Table, Uuid

from complaints.metadata import metadata

survey_invitations = Table(
    "survey_invitations",
    metadata,
    Column("case_id", Uuid, ForeignKey("cases.id"), primary_key=True),
    Column("service_id", Uuid, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),  # when the case was closed
    Column("expires_on", Date, nullable=False),  # the last local day on which the code is good
)
