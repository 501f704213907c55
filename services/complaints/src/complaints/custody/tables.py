"""Table of custody's own: who follows a unit or an institution that ended. Who holds a case stands with the cases."""

from sqlalchemy import CheckConstraint, Column, Date, DateTime, Index, Table, Text, Uuid, text

from complaints.metadata import metadata

successions = Table(
    "successions",
    metadata,
    Column("from_id", Uuid, primary_key=True),
    Column("to_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),  # unit, institution
    Column("reorganisation_id", Uuid, nullable=False),
    Column("decree_number", Text, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("handed_over_at", DateTime(timezone=True)),  # when nothing open named it any more
    CheckConstraint("kind IN ('unit', 'institution')", name="kind"),
    Index("successions_waiting_idx", "kind", postgresql_where=text("handed_over_at IS NULL")),
)
