"""Tables of reorganisations: the declared events, and the lineage of units and institutions."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from registry.metadata import metadata

reorganisations = Table(
    "reorganisations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("title", Text, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("decree_number", Text, nullable=False),
    Column("decree_date", Date, nullable=False),
    Column("institution_ids", ARRAY(Uuid), nullable=False),  # those that it touches
    Column("steps", JSONB, nullable=False),  # as they were declared
    Column("established", JSONB, nullable=False),  # ids by key
    Column("consequences", JSONB, nullable=False),
    Column("declared_by", Text, nullable=False),
    Column("declared_at", DateTime(timezone=True), nullable=False),
    Column("effected_at", DateTime(timezone=True)),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("work", Text, nullable=False, server_default=text("'done'")),
    Column("dry_run", Boolean, nullable=False, server_default=text("false")),
    Column("national", Boolean, nullable=False, server_default=text("true")),  # the platform alone decides on it
    Column("caller", JSONB),  # who asked for it, until the work is done
    Column("refusal", JSONB),  # why the work failed: a problem
    Column("recorded_at", DateTime(timezone=True)),  # the stamp of the rows that it wrote
    Column("withdrawal", JSONB),
    CheckConstraint("work IN ('queued', 'done', 'failed', 'cancelled')", name="work_known"),
    Index("reorganisations_effective_on_idx", "effective_on", "id"),
    Index("reorganisations_institution_ids_idx", "institution_ids", postgresql_using="gin"),
    Index(
        "reorganisations_waiting_idx",
        "effective_on",
        postgresql_where=text("effected_at IS NULL AND withdrawal IS NULL AND work = 'done' AND NOT dry_run"),
    ),
)


def _successions(of: str) -> Table:
    return Table(
        f"{of}_successions",
        metadata,
        Column("reorganisation_id", Uuid, ForeignKey("reorganisations.id"), primary_key=True),
        Column("from_id", Uuid, ForeignKey(f"{of}_identities.id"), primary_key=True),
        Column("to_id", Uuid, ForeignKey(f"{of}_identities.id"), primary_key=True),
        Column("effective_on", Date, nullable=False),
        Column("numerator", BigInteger, nullable=False),
        Column("denominator", BigInteger, nullable=False),
        Column("position", Integer, nullable=False),  # 0: the principal, whom everything follows that isn't allotted
        Column("continued", Boolean, nullable=False),  # it goes on as it was, in another institution
        CheckConstraint("numerator > 0 AND numerator <= denominator", name="share"),
        Index(f"{of}_successions_from_id_idx", "from_id"),
        Index(f"{of}_successions_to_id_idx", "to_id"),
    )


unit_successions = _successions("unit")
institution_successions = _successions("institution")

service_allotments = Table(
    "service_allotments",
    metadata,
    Column("reorganisation_id", Uuid, ForeignKey("reorganisations.id"), primary_key=True),
    Column("service_id", Uuid, ForeignKey("services.id"), primary_key=True),
    Column("to_id", Uuid, ForeignKey("unit_identities.id"), nullable=False),
    Index("service_allotments_service_id_idx", "service_id"),
)
