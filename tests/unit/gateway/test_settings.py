"""What production refuses to start with, and in which words (S22: no demo secret outside development)."""

import os

import pytest

from chassis.ops.commands import checked
from gateway.settings import GatewaySettings

RANDOM = "kX3vQ9nR7wLzB2hYtM5cJ8dFgS4aPeUo6iVrKxNqWyE"
GOOD = {
    "DATABASE_URL_GATEWAY": "postgresql://gateway@db.example/prima_gateway",
    "GATEWAY_SECRET": RANDOM,
    "BOOTSTRAP_CLIENT_SECRET": RANDOM,
    "FOLLOWER_SECRET_REGISTRY": RANDOM,
    "FOLLOWER_SECRET_COMPLAINTS": RANDOM,
    "FOLLOWER_SECRET_EVALUATION": RANDOM,
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Good settings for production and nothing else."""
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def test_production_is_the_default_and_takes_random_secrets() -> None:
    settings = checked("gateway", GatewaySettings)
    assert (settings.prima_env, settings.port, settings.bind_host) == ("production", 8000, "127.0.0.1")
    assert settings.follower_secrets == dict.fromkeys(("registry", "complaints", "evaluation"), RANDOM)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("GATEWAY_SECRET", ""),
        ("GATEWAY_SECRET", "short"),
        ("GATEWAY_SECRET", "not base64url, not base64url, not base64url"),
        ("GATEWAY_SECRET", "A" * 43),
        ("BOOTSTRAP_CLIENT_SECRET", ""),
        ("BOOTSTRAP_CLIENT_SECRET", "change-me-please-change-me-please-1"),
        ("FOLLOWER_SECRET_COMPLAINTS", "demo"),
        ("FOLLOWER_SECRET_REGISTRY", "ab" * 30),
        ("DATABASE_URL_GATEWAY", None),
        ("GATEWAY_PORT", "80000"),
        ("RATE_LIMITS", "everything=1/1"),
        ("OIDC_ISSUER", "http://provider.example"),
        ("REGISTRY_URL", "registry:8101"),
        ("CORS_ORIGINS", "https://app.example.go.id/page"),
        ("TRUSTED_PROXIES", "balancer"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv(name)
    else:
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        checked("gateway", GatewaySettings)
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert name in said
    assert RANDOM not in said
    if value and "SECRET" in name:
        assert value not in said


def test_development_takes_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in GOOD:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PRIMA_ENV", "development")
    monkeypatch.setenv("DATABASE_URL_GATEWAY", "postgresql://x")
    monkeypatch.setenv("GATEWAY_SECRET", "A" * 43)
    monkeypatch.setenv("BOOTSTRAP_CLIENT_SECRET", "")
    settings = checked("gateway", GatewaySettings)
    assert (settings.bootstrap_client_secret, settings.follower_secrets) == (None, {})
