"""What every service must keep: policies, documentation, idempotency, settings, migrations that go up and down."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import create_async_engine
from starlette.routing import Match

from chassis.data import migrations
from chassis.http import idempotency
from chassis.http.app import Service, api_routes, create_app, policy_of
from chassis.http.routing import all_dependants
from chassis.http.switch import Switch
from chassis.ops.settings import ProcessSettings, settings_for
from complaints.service import SERVICE as COMPLAINTS
from devstack.layout import DATA, ROOT
from devstack.postgres import Cluster
from evaluation.service import SERVICE as EVALUATION
from registry.service import SERVICE as REGISTRY
from support import databases

SERVICES = {service.name: service for service in (REGISTRY, COMPLAINTS, EVALUATION)}

WITHOUT_KEY = {
    "track_case",
    "get_authorities",
    "preview_reorganisation",
    "upload_file",
    "simulate_routing_rules",
    "suggest_categories",
    "find_duplicate_hints",
}
"""POSTs that change nothing, or must not be replayed: tracking, look-ups in bulk, previews."""


def application(service: Service) -> FastAPI:
    settings = settings_for(service.name).model_construct(
        database_url=SecretStr(""), port=1, data_dir=DATA, pool_size=2, gateway_url="", follower_secret=None
    )
    return create_app(service, settings)


def routes() -> Iterator[Any]:
    for name, service in SERVICES.items():
        for route in api_routes(application(service)):
            if route.include_in_schema:
                yield pytest.param(route, id=f"{name}:{route.operation_id}")


@pytest.mark.parametrize("route", list(routes()))
def test_routes_are_documented_and_guarded(route: APIRoute) -> None:
    assert policy_of(route)
    assert route.operation_id
    assert route.operation_id.islower()
    assert route.summary
    assert route.endpoint.__doc__ or route.operation_id.startswith(("list_", "get_")), "a docstring says what it does"
    assert route.path == "/v1" or not route.path.endswith("/")


@pytest.mark.parametrize("route", list(routes()))
def test_posts_have_one_effect_a_key(route: APIRoute) -> None:
    if "POST" not in (route.methods or ()) or route.operation_id in WITHOUT_KEY:
        return
    calls = {dependant.call for dependant in all_dependants(route.dependant)}
    names = {getattr(call, "__name__", "") for call in calls}
    assert idempotency._once in calls or "keyed" in names, "a POST takes Once"


def test_operation_ids_are_unique() -> None:
    found = [route.operation_id for service in SERVICES.values() for route in api_routes(application(service))]
    assert len([name for name in found if name]) == len({name for name in found if name})


@pytest.mark.parametrize("name", SERVICES)
def test_each_path_finds_the_route_that_the_router_would_find(name: str) -> None:
    app = application(SERVICES[name])
    switch = Switch(app.router)
    paths = {
        re.sub(r"{[^}]+}", value, route.path)
        for route in api_routes(app)
        for value in ("01a20f7a-de46-751a-842f-423d5d84d6c9", "export", "x y", "")
    }

    def first(candidates: Iterable[Any], scope: dict[str, Any]) -> Any:
        return next((route for route in candidates if route.matches(scope)[0] is Match.FULL), None)

    for path in paths:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            scope: dict[str, Any] = {"type": "http", "path": path, "method": method, "root_path": "", "headers": []}
            assert first(switch.candidates(path), scope) is first(app.router.routes, scope), (method, path)
    assert max(len(switch.candidates(path)) for path in paths) < len(paths) / 4, "it leaves most of them out"


def every_setting() -> dict[str, str]:
    found: dict[str, str] = {}
    waiting: list[type[BaseSettings]] = [settings_for(name) for name in SERVICES]
    waiting += ProcessSettings.__subclasses__()  # a library's own settings aren't ours
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        for name, field in kind.model_fields.items():
            alias = field.validation_alias
            if name in ("database_url", "port", "follower_secret") and alias is None:
                continue
            found[str(alias or name).upper()] = field.description or ""
    return found


@pytest.mark.parametrize("name", ["README.md", "README.id.md"])
def test_the_readme_lists_the_settings_that_there_are(name: str) -> None:
    settings = every_setting()
    assert not [name for name, description in settings.items() if not description]
    listed = re.findall(r"^\| `([A-Z_]+)` \| .+ \|$", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted(settings)


@pytest.mark.parametrize("name", SERVICES)
async def test_migrations_go_up_down_and_up_and_make_what_the_tables_say(postgres: Cluster, name: str) -> None:
    service = SERVICES[name]
    url = await databases.clone(postgres, name, loaded=False)
    try:
        config = migrations.config(service.migrations, url)
        await asyncio.to_thread(command.downgrade, config, "base")
        await asyncio.to_thread(command.upgrade, config, "head")
        engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=pool.NullPool)
        try:
            async with engine.connect() as connection:
                differences = await connection.run_sync(
                    lambda sync: compare_metadata(MigrationContext.configure(sync), service.metadata)
                )
        finally:
            await engine.dispose()
        assert not [difference for difference in differences if not _ignored(difference)]
    finally:
        await databases.drop(postgres, url)


def _ignored(difference: Any) -> bool:
    """Indexes and expressions that SQLAlchemy can't compare are checked by reading; tables and columns by this test."""
    return isinstance(difference, tuple) and difference[0] in (
        "add_index",
        "remove_index",
        "add_constraint",
        "remove_constraint",
    )
