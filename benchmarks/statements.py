"""The statements that pgbench and the bare application run: what a service without any duty would do.

They go to the same tables, with the same indexes, as the service's own. `:name` is a parameter of both; `{id}` is the
case's id, which pgbench computes and the application is given.
"""

GIVEN_ID = "CAST(:id AS uuid)"
NEW_ID = """CAST(lpad(to_hex(CAST(:base AS bigint) + CAST(:n AS bigint)), 12, '0') || '7'
      || lpad(to_hex(CAST(:nonce AS integer)), 3, '0') || '8000' || lpad(to_hex(CAST(:client_id AS integer)), 12, '0') AS uuid)"""
"""pgbench's: a UUIDv7 of milliseconds that go on with each transaction, so that the index grows at its end as in life."""
SEEDED_ID = "CAST('01900000-0000-7000-8000-' || lpad(to_hex(CAST(:n AS bigint)), 12, '0') AS uuid)"
"""The id of the n-th case that was loaded; see seeds.case_id."""

CASE = """
INSERT INTO cases (id, tracking_code, type, state, title, body, category, channel, anonymous, confidential, service_id,
                   institution_id, proposed_unit_id, received_at, due_at, legal_clock, version, chain,
                   created_at, updated_at)
SELECT {id}, 'PRM-' || md5(CAST({id} AS text)), 'complaint', 'submitted', CAST(:title AS text), CAST(:body AS text),
       'population', 'website', false, false, CAST(:service_id AS uuid), CAST(:institution_id AS uuid),
       CAST(:unit_id AS uuid), now(), now() + interval '3 days', true, 1, sha256('chain'), now(), now()"""

_HISTORY = """
INSERT INTO case_history (case_id, sequence, action, actor, to_state, at, public, internal, canonical, chain)
SELECT {source}, 1, 'filing', '{"kind": "client", "roles": ["integration_client"]}', 'submitted', now(),
       '{"channel": "website", "attachment_ids": []}', '{"custody": "ordinary", "protected_because": []}',
       CAST(repeat('canonical ', 40) AS bytea), sha256('chain')"""

_EVENT = """
INSERT INTO outbox (type, subject, sequence, visibility, institution_id, data, occurred_at)
SELECT 'case.filed', 'complaints/' || CAST({source} AS text), 1, 'public', CAST(:institution_id AS uuid),
       jsonb_build_object('id', {source}, 'type', 'complaint', 'class', 'unclassified', 'state', 'submitted',
                          'institution_id', CAST(:institution_id AS text), 'channel', 'website', 'filed_at', now(),
                          'due_at', now() + interval '3 days', 'late', false, 'visibility_class', 'public',
                          'service_id', CAST(:service_id AS text), 'category', 'population'), now()"""

CREATE_AT_ONCE = f"""WITH filed AS ({CASE} RETURNING id),
history AS ({_HISTORY.replace("{source}", "filed.id")} FROM filed)
{_EVENT.replace("{source}", "filed.id")} FROM filed"""
"""Case, first history entry and event in one statement."""

CREATE_IN_THREE = (CASE, _HISTORY.replace("{source}", "{id}"), _EVENT.replace("{source}", "{id}"))
"""The same as three statements of one transaction."""

_KEY = """
INSERT INTO idempotency_keys (client, key, body_hash, status, headers, reply)
VALUES ('benchmarks', CAST({id} AS text), sha256('body'), 201,
        '{"content-type": "application/json", "cache-control": "no-store"}', CAST(repeat('reply ', 45) AS bytea))
ON CONFLICT (client, key) DO NOTHING"""

_REPORTER = """
INSERT INTO reporters (case_id, kind, key_version, nonce, sealed, phone_index, email_index)
VALUES ({id}, 'individual', 1, CAST('of twelve by' AS bytea), CAST(repeat('sealed ', 16) AS bytea),
        sha256(CAST('phone' || {id} AS bytea)), sha256(CAST('email' || {id} AS bytea)))"""

_HELD = """
INSERT INTO custody_intervals (case_id, sequence, from_at, institution_id, reason)
VALUES ({id}, 1, now(), CAST(:institution_id AS uuid), 'filing')"""

_DUTIES = """
INSERT INTO deadline_duties (id, case_id, stage, policy_code, policy_version, rule_number, party, started_at, due_at,
                             calendar_code, calendar_version, check_at)
SELECT gen_random_uuid(), {id}, stage, policy_code, 1, rule_number, 'agency', now(), now() + interval '3 days',
       'national', 1, now() + interval '2 days'
FROM (VALUES ('verification', 'sp4n_2025', 1), ('completeness_notice', 'uu25_2009', 2)) AS duty (stage, policy_code, rule_number)"""

CREATE_OF_SAME_ROWS = (
    _KEY,
    CREATE_IN_THREE[0],
    _REPORTER,
    CREATE_IN_THREE[1],
    _HELD,
    _DUTIES,
    CREATE_IN_THREE[2],
)
"""Every row that the service writes for a filing, a statement for each table: with the key that makes it repeatable, the sealed
reporter, who holds it, and the duties of the law. What an application writes that has these duties and sends plain INSERTs."""

READ = """
SELECT c.*, u.name AS unit_name, i.name AS institution_name,
       (SELECT coalesce(array_agg(a.ancestor_id ORDER BY a.depth), '{}') FROM directory_unit_ancestors a
         WHERE a.unit_id = c.unit_id AND a.valid_during @> current_date) AS ancestors
FROM cases c
LEFT JOIN directory_units u ON u.id = c.unit_id AND u.valid_during @> current_date
LEFT JOIN directory_institutions i ON i.id = c.institution_id
WHERE c.id = {id}"""
"""One case with the names of its unit and institution."""

INBOX = """
SELECT id, type, case_class, sub_class, state, custody, title, category, region_code, channel, anonymous, confidential,
       service_id, institution_id, unit_id, received_at, due_at, late, escalation_level, rating, version,
       created_at, updated_at
FROM cases
WHERE institution_id = CAST(:institution_id AS uuid) AND custody = 'ordinary'
ORDER BY created_at DESC, id DESC LIMIT 50"""
"""The latest fifty of an institution."""


def with_id(statement: str, expression: str) -> str:
    """The statement with its `{id}` filled in."""
    return statement.replace("{id}", expression)


def for_pgbench(*statements: str, new: bool) -> str:
    """A pgbench script: one transaction that makes a case (`new`), or that reads one of the officer's institution."""
    step = r"\set n :n + 1" if new else r"\set n 20 * random(1, :cases / 20)"
    identifier = NEW_ID if new else SEEDED_ID
    body = [f"{with_id(statement, identifier).strip()};" for statement in statements]
    return "\n".join([step, *body] if len(body) == 1 else [step, "BEGIN;", *body, "COMMIT;"]) + "\n"
