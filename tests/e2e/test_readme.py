"""The walk in the README, executed to the letter but for the port."""

import re
import shutil
import subprocess

import pytest

from devstack.layout import ROOT
from devstack.platform import Platform

pytestmark = pytest.mark.xdist_group("whole-platform")


def walk_of(name: str) -> str:
    text = (ROOT / name).read_text("utf-8").split("<!-- walk -->")[1].split("<!-- end of walk -->")[0]
    return "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl isn't installed on this machine")
@pytest.mark.parametrize("name", ["README.md", "README.id.md"])
def test_the_walk_with_curl(whole: Platform, name: str) -> None:
    script = walk_of(name).replace("http://127.0.0.1:8000", whole.address)
    script = script.replace("var/bootstrap-client.json", str(whole.layout.bootstrap_client))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert '"rating":5' in done.stdout.replace(" ", "")


def test_both_languages_walk_alike() -> None:
    commands = [re.sub(r"#.*", "", walk_of(name)) for name in ("README.md", "README.id.md")]
    assert commands[0].split() == commands[1].split()
