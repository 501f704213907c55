"""The complaints service refuses a setting that couldn't work, and names it."""

import pytest

from chassis.ops.commands import checked
from complaints.settings import ComplaintsSettings

GOOD = {
    "DATABASE_URL_COMPLAINTS": "postgresql://x",
    "IDENTITY_KEY": "A" * 43,
    "CLAMD_ADDRESS": "scanner:3310",
    "SMTP_URL": "smtp://mail.example:587",
    "NOTICE_SENDER": "prima@kota.example",
    "PUBLIC_URL": "https://prima.example",
}


@pytest.fixture(autouse=True)
def good(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def test_what_is_empty_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert ComplaintsSettings().clamd_address == "scanner:3310"
    for name in ("CLAMD_ADDRESS", "SMTP_URL", "NOTICE_SENDER", "PUBLIC_URL", "UPLOAD_MAX_BYTES"):
        monkeypatch.setenv(name, "")
    settings = ComplaintsSettings()
    assert (settings.clamd_address, settings.smtp_url, settings.public_url) == (None, None, None)
    assert settings.upload_max_bytes == 10 * 1024 * 1024


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IDENTITY_KEY", "short"),
        ("CLAMD_ADDRESS", "scanner"),
        ("SMTP_URL", "http://mail.example"),
        ("NOTICE_SENDER", "nobody"),
        ("PUBLIC_URL", "prima.example"),
        ("UPLOAD_MAX_BYTES", "-1"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        checked("complaints", ComplaintsSettings)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert name in said
