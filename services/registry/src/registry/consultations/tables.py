"""Tables of consultations. Names of participants and contacts of commenters stay here: no event carries them.

`erasure_id`: the move of the version by which a person's data went from the row last.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from registry.metadata import metadata

consultations = Table(
    "consultations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("standard_id", Uuid, ForeignKey("standards.id"), nullable=False),
    Column("round", Integer, nullable=False),  # a return for improvement begins the next
    Column("topic", Text, nullable=False),
    Column("method", Text, nullable=False),
    Column("team", JSONB, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("public_test_opens_at", DateTime(timezone=True)),
    Column("public_test_closes_at", DateTime(timezone=True)),
    # A trigger sets both as the round opens: what it discusses, and the review that it follows up, if it does.
    Column("components", JSONB),  # null: a version that was stipulated before rounds kept it
    Column("review_id", BigInteger, ForeignKey("standard_moves.id")),
    UniqueConstraint("standard_id", "round"),
)

consultation_participants = Table(
    "consultation_participants",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("consultation_id", Uuid, ForeignKey("consultations.id"), nullable=False),
    Column("element", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("organisation", Text),
    Column("invited_at", DateTime(timezone=True), nullable=False),
    Column("erasure_id", BigInteger, ForeignKey("standard_moves.id")),
    Index("consultation_participants_consultation_id_idx", "consultation_id"),
)

consultation_sessions = Table(
    "consultation_sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("consultation_id", Uuid, ForeignKey("consultations.id"), nullable=False),
    Column("held_on", Date, nullable=False),
    Column("method", Text, nullable=False),
    Column("place", Text),
    Column("summary", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Index("consultation_sessions_consultation_id_idx", "consultation_id"),
)

session_attendance = Table(
    "session_attendance",
    metadata,
    Column("session_id", Uuid, ForeignKey("consultation_sessions.id"), primary_key=True),
    Column("participant_id", Uuid, ForeignKey("consultation_participants.id"), primary_key=True),
    Index("session_attendance_participant_id_idx", "participant_id"),
)

comments = Table(
    "comments",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("standard_id", Uuid, ForeignKey("standards.id"), nullable=False),
    Column("consultation_id", Uuid, ForeignKey("consultations.id"), nullable=False),
    Column("component", Text),  # null: the standard as a whole
    Column("session_id", Uuid, ForeignKey("consultation_sessions.id")),  # said in the forum
    Column("element", Text),  # by whom of society it was said there
    Column("body", Text, nullable=False),
    Column("contact", JSONB),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    Column("disposition", Text),
    Column("reason", Text),
    Column("change", JSONB),
    Column("target_on", Date),
    Column("disposed_by", Text),
    Column("disposed_at", DateTime(timezone=True)),
    Column("erasure_id", BigInteger, ForeignKey("standard_moves.id")),
    Index("comments_standard_id_idx", "standard_id", "created_at", "id"),
    Index("comments_consultation_id_idx", "consultation_id"),
    Index("comments_session_id_idx", "session_id"),
)

minutes = Table(
    "minutes",
    metadata,
    Column("consultation_id", Uuid, ForeignKey("consultations.id"), primary_key=True),
    Column("held_on", Date, nullable=False),
    Column("place", Text),
    Column("agreements", JSONB, nullable=False),
    Column("signers", JSONB, nullable=False),
    Column("notes", Text),
    Column("version", BigInteger, nullable=False, server_default=text("1")),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    Column("erasure_id", BigInteger, ForeignKey("standard_moves.id")),
)

agreement_follow_ups = Table(
    "agreement_follow_ups",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("consultation_id", Uuid, ForeignKey("consultations.id"), nullable=False),
    Column("agreement", Integer, nullable=False),  # its place in the minutes, from 1
    Column("state", Text, nullable=False),  # in_progress, done, dropped
    Column("report", Text, nullable=False),
    Column("proof", Text),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("state IN ('in_progress', 'done', 'dropped')", name="state_known"),
    Index("agreement_follow_ups_consultation_id_idx", "consultation_id", "recorded_at", "id"),
)
