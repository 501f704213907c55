"""Temporal keys of PostgreSQL 18 in SQLAlchemy metadata, which reads them back but can't write them."""

from typing import Any

from sqlalchemy import ForeignKeyConstraint, PrimaryKeyConstraint
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler


class TemporalPrimaryKey(PrimaryKeyConstraint):
    """`PRIMARY KEY (…, valid_during WITHOUT OVERLAPS)`: the last column is the period."""


class TemporalForeignKey(ForeignKeyConstraint):
    """`FOREIGN KEY (…, PERIOD valid_during) REFERENCES …`: the last column on each side is the period."""


def _names(columns: Any, compiler: DDLCompiler) -> list[str]:
    return [compiler.preparer.format_column(column) for column in columns]


@compiles(TemporalPrimaryKey, "postgresql")
def _primary(element: TemporalPrimaryKey, compiler: DDLCompiler, **_: Any) -> str:
    *keys, period = _names(element.columns, compiler)
    name = compiler.preparer.format_constraint(element)
    return f"CONSTRAINT {name} PRIMARY KEY ({', '.join(keys)}, {period} WITHOUT OVERLAPS)"


@compiles(TemporalForeignKey, "postgresql")
def _foreign(element: TemporalForeignKey, compiler: DDLCompiler, **_: Any) -> str:
    *keys, period = _names(element.columns, compiler)
    remote = [found.column for found in element.elements]
    *remote_keys, remote_period = _names(remote, compiler)
    name = compiler.preparer.format_constraint(element)
    table = compiler.preparer.format_table(remote[0].table)
    return (
        f"CONSTRAINT {name} FOREIGN KEY ({', '.join(keys)}, PERIOD {period}) "
        f"REFERENCES {table} ({', '.join(remote_keys)}, PERIOD {remote_period}) DEFERRABLE INITIALLY DEFERRED"
    )
