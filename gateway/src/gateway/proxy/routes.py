"""Which service owns a path: by the first segment after /v1, for a few by the second. What isn't here is nobody's."""

REGISTRY, COMPLAINTS, EVALUATION = "registry", "complaints", "evaluation"
SERVICES = frozenset({REGISTRY, COMPLAINTS, EVALUATION})

BODY_LIMIT_BYTES = 2 * 1024 * 1024
BATCH_LIMIT_BYTES = 16 * 1024 * 1024
"""For `…/batch`: up to 1,000 items."""
FILE_LIMIT_BYTES = 32 * 1024 * 1024
"""For `uploads` and `imports`, whose bodies are files."""

_RESOURCES: dict[str, tuple[str, ...]] = {
    REGISTRY: (
        "appointments",
        "authority",
        "calendars",
        "vacancies",
        "working-days",
        "charters",
        "consultations",
        "institutions",
        "me",
        "people",
        "posts",
        "regions",
        "reorganisations",
        "services",
        "standards",
        "units",
    ),
    COMPLAINTS: (
        "categories",
        "compensation-claims",
        "complaint-statistics",
        "complaints",
        "deadline-policies",
        "handling-policies",
        "notices",
        "public",
        "response-templates",
        "routing-rules",
        "tracking",
        "uploads",
    ),
    EVALUATION: (
        "activities",
        "assessment-campaigns",
        "assessments",
        "assignments",
        "coaching-sessions",
        "conduct-rules",
        "directives",
        "ethics-assessments",
        "ethics-case-statistics",
        "ethics-cases",
        "ethics-values",
        "ethics-verdicts",
        "findings",
        "follow-ups",
        "gratification-reports",
        "guidance",
        "indicators",
        "innovations",
        "instruments",
        "measurements",
        "objectives",
        "officer-evaluations",
        "ombudsman-opinions",
        "performance-reports",
        "plans",
        "rankings",
        "recognitions",
        "recommendations",
        "sanctions",
        "scorecards",
        "service-indexes",
        "survey-definitions",
        "surveys",
        "unit-evaluations",
    ),
}

OWNERS: dict[str, str] = {resource: service for service, resources in _RESOURCES.items() for resource in resources}
"""Resource → service."""

NAMED_BY_SERVICE = frozenset({"exports", "feeds", "imports", "vocabularies"})
"""Resources that every service has: the second segment names it."""


def owner(path: str) -> str | None:
    """The service that owns a decoded path such as `/v1/units/…`, None if there is none."""
    segments = path.split("/", 4)
    if len(segments) < 3 or segments[1] != "v1":
        return None
    if segments[2] in NAMED_BY_SERVICE:
        return segments[3] if len(segments) > 3 and segments[3] in SERVICES else None
    return OWNERS.get(segments[2])


def is_feed(path: str) -> bool:
    return path.startswith("/v1/feeds/")


def body_limit_bytes(path: str) -> int:
    """How large a request's body may be at this decoded path."""
    segments = path.split("/")
    if len(segments) > 2 and segments[2] in ("uploads", "imports"):
        return FILE_LIMIT_BYTES
    return BATCH_LIMIT_BYTES if segments[-1] == "batch" else BODY_LIMIT_BYTES
