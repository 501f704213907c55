"""Tables of response templates: the template, its versions, and a row for each use, which is only ever added."""

from sqlalchemy import (
    ARRAY,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from complaints.metadata import metadata

_AT = DateTime(timezone=True)

response_templates = Table(
    "response_templates",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),  # response_kinds
    Column("version", Integer, nullable=False),  # the newest
    Column("archived_at", _AT),
    Column("created_at", _AT, nullable=False),
    Column("updated_at", _AT, nullable=False),
    Index("response_templates_institution_idx", "institution_id", "created_at", "id"),
    Index(
        "response_templates_name_key",
        "institution_id",
        text("lower(name)"),
        unique=True,
        postgresql_where=text("archived_at IS NULL"),
    ),
)

response_template_versions = Table(
    "response_template_versions",
    metadata,
    Column("template_id", Uuid, ForeignKey(response_templates.c.id), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("texts", JSONB, nullable=False),  # by language
    Column("variables", ARRAY(Text), nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("recorded_at", _AT, nullable=False),
)

response_template_uses = Table(
    "response_template_uses",
    metadata,
    Column("response_id", Uuid, primary_key=True),
    Column("template_id", Uuid, nullable=False),
    Column("version", Integer, nullable=False),
    ForeignKeyConstraint(
        ["template_id", "version"],
        [response_template_versions.c.template_id, response_template_versions.c.version],
        name="response_template_uses_version_fk",
    ),
    Index("response_template_uses_template_idx", "template_id", "version"),
)
