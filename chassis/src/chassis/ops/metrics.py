"""Metrics in Prometheus's form. Labels are few and bounded: never an id, never a caller."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

# They would double the series, and tell nothing.
disable_created_metrics()  # type: ignore[no-untyped-call] # the package types the rest
registry = CollectorRegistry()
requests = Counter("prima_requests_total", "Requests answered", ["method", "route", "status"], registry=registry)
seconds = Histogram(
    "prima_request_seconds",
    "Time to answer",
    ["method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
    registry=registry,
)
feed_position = Gauge("prima_feed_position", "Last position given by the sequencer", registry=registry)
outbox = Gauge("prima_outbox_facts", "Facts that have no position yet", registry=registry)
outbox_oldest = Gauge("prima_outbox_oldest_seconds", "Age of the oldest fact without a position", registry=registry)
follower_lag = Gauge("prima_follower_lag_seconds", "How far a copy is behind its feed", ["feed"], registry=registry)
parked = Gauge("prima_parked_events", "Events parked with an error", ["feed"], registry=registry)
jobs = Gauge("prima_jobs", "Jobs by state: waiting, retrying, running, lost", ["kind", "state"], registry=registry)
pool_size = Gauge("prima_pool_connections", "Open connections of a pool", ["pool"], registry=registry)
pool_in_use = Gauge("prima_pool_connections_in_use", "Connections of a pool in use", ["pool"], registry=registry)
database_up = Gauge(
    "prima_database_up", "1 if the database answered this look; else what waits is as last seen", registry=registry
)


def exposition() -> bytes:
    """All metrics as text."""
    return generate_latest(registry)
