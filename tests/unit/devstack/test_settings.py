"""What a platform accepts from its environment, and which program is told what."""

from dataclasses import replace
from pathlib import Path

import pytest

from devstack.layout import Layout
from devstack.secrets import Secrets
from devstack.settings import Refused, environments, read_settings

NAMES = ("gateway", "registry", "complaints", "evaluation")
SECRETS = Secrets(
    role_passwords=dict.fromkeys(NAMES, "password"),
    follower_secrets={name: f"follower of {name}" for name in NAMES[1:]},
    gateway_secret="seals keys",
    identity_key="seals identities",
)
URLS = {name: f"postgresql://{name}@/prima_{name}?host=/run" for name in NAMES}


def told(**caller: str) -> dict[str, dict[str, str]]:
    return environments(read_settings(caller), Layout(Path("/var/x")), SECRETS, database_urls=URLS)


def test_without_settings_the_platform_listens_on_loopback_at_its_usual_ports() -> None:
    settings = read_settings({})
    assert settings.ports == {
        "gateway": 8000,
        "registry": 8101,
        "complaints": 8102,
        "evaluation": 8103,
        "gateway_internal": 8001,
    }
    assert settings.address("gateway") == "http://127.0.0.1:8000"
    assert settings.needs_embedded_server


@pytest.mark.parametrize(
    ("setting", "value", "sentence"),
    [
        ("GATEWAY_PORT", "http", "isn't a port"),
        ("GATEWAY_PORT", "0", "isn't a port"),
        ("REGISTRY_PORT", "65536", "isn't a port"),
        ("REGISTRY_PORT", "8000", "are the same port"),
        ("GATEWAY_INTERNAL_PORT", "8000", "are the same port"),
        ("PRIMA_ENV", "production", "PRIMA_ENV must be development"),
        ("DATABASE_URL_REGISTRY", "mysql://u@h/db", "isn't a database's address"),
        ("DATABASE_URL_REGISTRY", "postgresql://u@h", "isn't a database's address"),
        ("DATABASE_URL_REGISTRY", "postgresql:///db", "names no host"),
    ],
)
def test_a_wrong_setting_is_refused_by_a_sentence_that_names_it(setting: str, value: str, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence) as refused:
        read_settings({setting: value})
    assert setting in str(refused.value)


def test_a_password_in_a_wrong_address_isnt_repeated() -> None:
    with pytest.raises(Refused) as refused:
        read_settings({"DATABASE_URL_REGISTRY": "mysql://u:secret@h/db"})
    assert "secret" not in str(refused.value)


def test_no_embedded_server_is_needed_when_all_four_databases_are_given() -> None:
    four = {f"DATABASE_URL_{name.upper()}": f"postgresql://u:p@h/{name}" for name in NAMES}
    assert not read_settings(four).needs_embedded_server
    assert read_settings(dict(list(four.items())[:3])).needs_embedded_server


def test_each_program_is_told_its_own_database_alone() -> None:
    for name, environment in told(DATABASE_URL_REGISTRY="postgresql://u:p@h/db", PGPASSWORD="x").items():
        urls = {key: value for key, value in environment.items() if key.startswith("DATABASE_URL_")}
        assert urls == {f"DATABASE_URL_{name.upper()}": URLS[name]}
        assert "PGPASSWORD" not in environment


def test_each_secret_goes_to_those_who_need_it_alone() -> None:
    holders = {
        "IDENTITY_KEY": {"complaints"},
        "GATEWAY_SECRET": {"gateway"},
        "BOOTSTRAP_CLIENT_SECRET": {"gateway"},
        "BOOTSTRAP_CLIENT_FILE": {"gateway"},
        "FOLLOWER_SECRET_REGISTRY": {"gateway", "registry"},
        "FOLLOWER_SECRET_COMPLAINTS": {"gateway", "complaints"},
        "FOLLOWER_SECRET_EVALUATION": {"gateway", "evaluation"},
    }
    environments_of = told(BOOTSTRAP_CLIENT_SECRET="given")
    for setting, expected in holders.items():
        assert {name for name in NAMES if setting in environments_of[name]} == expected, setting


def test_a_secret_of_the_callers_wins_unless_it_is_empty() -> None:
    assert told(IDENTITY_KEY="given")["complaints"]["IDENTITY_KEY"] == "given"
    assert told(IDENTITY_KEY="")["complaints"]["IDENTITY_KEY"] == "seals identities"


def test_other_settings_of_the_callers_reach_every_program() -> None:
    assert all(environment["LOG_LEVEL"] == "debug" for environment in told(LOG_LEVEL="debug").values())


def test_programs_reach_one_another_on_loopback_when_they_listen_everywhere() -> None:
    everywhere = told(BIND_HOST="0.0.0.0", REGISTRY_PORT="9101")["gateway"]
    assert everywhere["BIND_HOST"] == "0.0.0.0"
    assert everywhere["REGISTRY_URL"] == "http://127.0.0.1:9101"


def test_generated_secrets_are_all_different() -> None:
    one, other = Secrets.generate(), Secrets.generate()
    assert one != other
    values = [*one.role_passwords.values(), *one.follower_secrets.values(), one.gateway_secret, one.identity_key]
    assert len(set(values)) == len(values) == 9
    assert replace(one, identity_key=other.identity_key) != one
