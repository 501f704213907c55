"""The rules of the house that a machine can check: imports, the lock file, documents, words."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from devstack.layout import ROOT

READMES = ("README.md", "README.id.md")
OWN = ("prima-chassis", "prima-registry", "prima-complaints", "prima-evaluation", "prima-gateway", "prima-devstack")


def tracked(*patterns: str) -> list[Path]:
    """The repository's files, without what is built or written at run time."""
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    return [ROOT / name for name in listed]


def test_imports_go_down() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports"))], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_lock_file_holds_no_address_and_none_of_our_names() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in lock
    assert not [name for name in OWN if re.search(rf"^{name}==", lock, re.MULTILINE)]
    for block in re.split(r"\n(?=[a-z])", lock)[1:]:
        assert "--hash=sha256:" in block, block.splitlines()[0]


@pytest.mark.parametrize("name", READMES)
def test_the_readme_lists_the_make_targets_that_there_are(name: str) -> None:
    targets = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    listed = re.findall(r"^\| `make ([a-z]+)` \| .+ \|$", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(targets)


@pytest.mark.parametrize("name", READMES)
def test_the_map_of_the_readme_shows_the_folders_that_there_are(name: str) -> None:
    shown = re.findall(r"^([a-z]+)/\S* +\S", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    assert set(shown) == {path.relative_to(ROOT).parts[0] for path in tracked("[a-z]*/*")}


@pytest.mark.parametrize("name", [*READMES, "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"])
def test_links_of_documents_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / target).exists(), target


def test_no_day_is_that_of_utc() -> None:
    """From 17:00 UTC on it is tomorrow in Jakarta: a day is taken in a zone (`local_day`, `national_day`), never off an instant."""
    utc = re.compile(r"\bnow\.date\(\)|\bcurrent_date\b|utc_now\(\)\.date\(\)", re.IGNORECASE)
    found = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("services/*/src/*.py", "chassis/src/*.py", "gateway/src/*.py")
        if (lines := [line.strip() for line in path.read_text("utf-8").splitlines() if utc.search(line)])
    }
    assert not found


def test_source_files_are_short() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in tracked("*/src/*.py", "**/src/**/*.py")
        if path.exists() and (lines := len(path.read_text("utf-8").splitlines())) > 350
    }
    assert not long


def test_no_room_is_named_for_nothing() -> None:
    vague = {"utils", "helpers", "common", "base", "manager", "handler", "misc", "shared"}
    assert not [str(path) for path in tracked("**/*.py") if vague & {part.removesuffix(".py") for part in path.parts}]


def test_the_project_speaks_of_itself_alone() -> None:
    strange = re.compile(r"/tmp/[a-z]+/|/root/|/home/[a-z]+/")
    mine = Path(__file__)
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()[:80]}"
        for path in tracked("*.py", "*.md", "*.toml", "*.yml", "Makefile", "*.json")
        if path != mine and path.exists()
        for line in path.read_text("utf-8").splitlines()
        if strange.search(line)
    ]
    assert not found
