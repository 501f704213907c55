"""Migrations that would make a running service wait are found."""

from pathlib import Path

import pytest

from devstack import migration_lint
from devstack.migration_lint import lint_migrations
from devstack.roster import REGISTRY

ENVIRONMENT = """
from chassis.data.migrations import run
from sqlalchemy import MetaData
run(MetaData())
"""
MIGRATION = '''
from alembic import op
revision, down_revision, branch_labels, depends_on = "{revision}", {before!r}, None, None
def upgrade() -> None:
    op.execute("""{sql}""")
'''
TIMEOUT = "SET LOCAL lock_timeout = '5s'; "


def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *statements: str) -> tuple[int, str]:
    """What the command says of a program with one migration for each statement, and its exit code."""
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "migrations" / "env.py").write_text(ENVIRONMENT)
    before = None
    for number, sql in enumerate(statements, 1):
        revision = f"{number:04}"
        (versions / f"{revision}_made.py").write_text(MIGRATION.format(revision=revision, before=before, sql=sql))
        before = revision
    monkeypatch.setattr(migration_lint, "PROGRAMS", (REGISTRY,))
    monkeypatch.setattr(migration_lint, "source_directory", lambda _: tmp_path)
    lines: list[str] = []
    code = lint_migrations(say=lines.append)
    return code, "\n".join(lines)


def test_a_harmless_migration_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sql = "CREATE TABLE posts (id uuid PRIMARY KEY, name text NOT NULL); CREATE INDEX posts_name ON posts (name)"
    assert said(tmp_path, monkeypatch, TIMEOUT + sql) == (0, "1 migrations read, none to be mended.")


def test_a_migration_without_lock_timeout_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    harmless = "CREATE TABLE {} (id uuid PRIMARY KEY)"
    code, text = said(tmp_path, monkeypatch, TIMEOUT + harmless.format("posts"), harmless.format("seats"))
    assert code == 1
    assert "registry 0002: sets no lock_timeout" in text
    assert "registry 0001" not in text


BUILD = "CREATE INDEX CONCURRENTLY posts_name ON posts (name)"
CLEAR = "DROP INDEX CONCURRENTLY IF EXISTS posts_name; "


@pytest.mark.parametrize(
    ("sql", "found"),
    [
        (TIMEOUT + BUILD, True),
        (TIMEOUT + "COMMIT; " + CLEAR + BUILD, False),
        ("SET lock_timeout = '5s'; " + CLEAR + BUILD, True),
        ("SET lock_timeout = '15min'; " + CLEAR + BUILD, False),
    ],
)
def test_an_index_that_gives_up_or_cant_be_built_again_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str, found: bool
) -> None:
    _, text = said(tmp_path, monkeypatch, sql)
    assert ("registry 0001: CONCURRENTLY" in text) is found


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("CREATE INDEX posts_name ON posts (name)", "require-concurrent-index-creation"),
        ("ALTER TABLE posts ALTER COLUMN name SET NOT NULL", "adding-not-nullable-field"),
        ("ALTER TABLE posts DROP COLUMN name", "ban-drop-column"),
        ("ALTER TABLE posts RENAME COLUMN name TO title", "renaming-column"),
    ],
)
def test_what_blocks_or_breaks_a_running_service_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str, rule: str
) -> None:
    code, text = said(tmp_path, monkeypatch, TIMEOUT + sql)
    assert code == 1
    assert rule in text
    assert "registry-0001.sql" in text
