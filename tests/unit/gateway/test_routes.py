"""Each resource of the API belongs to one service."""

import pytest

from gateway.proxy.routes import BATCH_LIMIT_BYTES, BODY_LIMIT_BYTES, FILE_LIMIT_BYTES, body_limit_bytes, owner

OWNED = [
    ("/v1/regions", "registry"),
    ("/v1/calendars/id-2026", "registry"),
    ("/v1/working-days", "registry"),
    ("/v1/vacancies", "registry"),
    ("/v1/institutions", "registry"),
    ("/v1/units/1/ancestors", "registry"),
    ("/v1/reorganisations", "registry"),
    ("/v1/people", "registry"),
    ("/v1/posts", "registry"),
    ("/v1/appointments", "registry"),
    ("/v1/me", "registry"),
    ("/v1/authority/batch", "registry"),
    ("/v1/services/1/standards", "registry"),
    ("/v1/standards/1/consultation", "registry"),
    ("/v1/imports/registry", "registry"),
    ("/v1/complaints", "complaints"),
    ("/v1/complaints/1/verification", "complaints"),
    ("/v1/tracking", "complaints"),
    ("/v1/uploads", "complaints"),
    ("/v1/categories", "complaints"),
    ("/v1/deadline-policies", "complaints"),
    ("/v1/routing-rules/simulation", "complaints"),
    ("/v1/response-templates", "complaints"),
    ("/v1/complaint-statistics", "complaints"),
    ("/v1/public/complaints", "complaints"),
    ("/v1/public/statistics", "complaints"),
    ("/v1/surveys/1/responses/batch", "evaluation"),
    ("/v1/instruments", "evaluation"),
    ("/v1/assessments/1/answers", "evaluation"),
    ("/v1/ethics-assessments", "evaluation"),
    ("/v1/ethics-cases", "evaluation"),
    ("/v1/gratification-reports", "evaluation"),
    ("/v1/plans", "evaluation"),
    ("/v1/objectives", "evaluation"),
    ("/v1/indicators", "evaluation"),
    ("/v1/activities", "evaluation"),
    ("/v1/assignments", "evaluation"),
    ("/v1/directives", "evaluation"),
    ("/v1/recognitions", "evaluation"),
    ("/v1/coaching-sessions", "evaluation"),
    ("/v1/innovations", "evaluation"),
    ("/v1/measurements", "evaluation"),
    ("/v1/findings", "evaluation"),
    ("/v1/recommendations", "evaluation"),
    ("/v1/follow-ups", "evaluation"),
    ("/v1/guidance", "evaluation"),
    ("/v1/officer-evaluations", "evaluation"),
    ("/v1/unit-evaluations", "evaluation"),
    ("/v1/performance-reports", "evaluation"),
    ("/v1/scorecards/unit/1", "evaluation"),
    ("/v1/rankings", "evaluation"),
    *[
        (f"/v1/{resource}/{service}{rest}", service)
        for resource in ("vocabularies", "feeds", "exports")
        for service in ("registry", "complaints", "evaluation")
        for rest in ("", "/x")
    ],
]

NOBODYS = [
    "/",
    "/v1",
    "/v1/",
    "/v2/units",
    "/units",
    "/v1/unit",
    "/v1/unitsx",
    "/v1/Units",
    "/v1/feeds",
    "/v1/feeds/",
    "/v1/feeds/gateway",
    "/v1/vocabularies",
    "/v1/exports/units",
    "/v1/oauth/token",  # the gateway's own
    "/v1/clients",
    "/internal/jwks.json",
    "/livez",
]


@pytest.mark.parametrize(("path", "service"), OWNED)
def test_a_resource_belongs_to_its_service(path: str, service: str) -> None:
    assert owner(path) == service


@pytest.mark.parametrize("path", NOBODYS)
def test_nothing_else_reaches_a_service(path: str) -> None:
    assert owner(path) is None


@pytest.mark.parametrize(
    ("path", "limit"),
    [
        ("/v1/complaints", BODY_LIMIT_BYTES),
        ("/v1/complaints/batch", BATCH_LIMIT_BYTES),
        ("/v1/surveys/1/responses/batch", BATCH_LIMIT_BYTES),
        ("/v1/uploads", FILE_LIMIT_BYTES),
        ("/v1/imports/registry", FILE_LIMIT_BYTES),
        ("/v1/complaints/uploads", BODY_LIMIT_BYTES),
    ],
)
def test_files_and_batches_may_be_larger(path: str, limit: int) -> None:
    assert body_limit_bytes(path) == limit
