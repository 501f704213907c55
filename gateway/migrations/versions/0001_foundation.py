"""Signing keys, revocations, integration clients, accounts with their sessions, idempotency."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("""
        CREATE TABLE idempotency_keys (
            client text NOT NULL, key text NOT NULL, body_hash bytea NOT NULL,
            status integer, headers jsonb, reply bytea, created_at timestamptz NOT NULL DEFAULT now(),
            CONSTRAINT idempotency_keys_pk PRIMARY KEY (client, key)
        )""")
    op.execute("CREATE INDEX idempotency_keys_created_at_idx ON idempotency_keys (created_at)")
    op.execute("""
        CREATE TABLE signing_keys (
            kid text NOT NULL, sealed bytea NOT NULL, created_at timestamptz NOT NULL,
            active_at timestamptz NOT NULL, retire_at timestamptz,
            CONSTRAINT signing_keys_pk PRIMARY KEY (kid)
        )""")
    op.execute("""
        CREATE TABLE revocations (
            subject text NOT NULL, before timestamptz NOT NULL,
            CONSTRAINT revocations_pk PRIMARY KEY (subject)
        )""")
    op.execute("""
        CREATE TABLE clients (
            id text NOT NULL, name text NOT NULL, institution_id uuid, scopes text[] NOT NULL,
            platform boolean NOT NULL, state text NOT NULL, created_at timestamptz NOT NULL, version integer NOT NULL,
            CONSTRAINT clients_pk PRIMARY KEY (id),
            CONSTRAINT clients_state CHECK (state IN ('active', 'disabled')),
            CONSTRAINT clients_bound CHECK (platform = (institution_id IS NULL))
        )""")
    op.execute("CREATE INDEX clients_created_at_idx ON clients (created_at, id)")
    op.execute("""
        CREATE TABLE client_secrets (
            id uuid NOT NULL, client_id text NOT NULL, hash bytea NOT NULL, hint text NOT NULL,
            created_at timestamptz NOT NULL,
            CONSTRAINT client_secrets_pk PRIMARY KEY (id),
            CONSTRAINT client_secrets_client_id_fk FOREIGN KEY (client_id) REFERENCES clients (id)
        )""")
    op.execute("CREATE INDEX client_secrets_client_id_idx ON client_secrets (client_id)")
    op.execute("""
        CREATE TABLE accounts (
            id uuid NOT NULL, password_hash text NOT NULL, created_at timestamptz NOT NULL, version integer NOT NULL,
            CONSTRAINT accounts_pk PRIMARY KEY (id)
        )""")
    op.execute("""
        CREATE TABLE account_logins (
            index bytea NOT NULL, account_id uuid NOT NULL, kind text NOT NULL, sealed bytea NOT NULL,
            CONSTRAINT account_logins_pk PRIMARY KEY (index),
            CONSTRAINT account_logins_kind CHECK (kind IN ('email', 'phone', 'username')),
            CONSTRAINT account_logins_account_id_fk FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
        )""")
    op.execute("CREATE UNIQUE INDEX account_logins_account_id_kind_idx ON account_logins (account_id, kind)")
    op.execute("""
        CREATE TABLE account_codes (
            id uuid NOT NULL, purpose text NOT NULL, code_hash bytea NOT NULL, attempts_left integer NOT NULL,
            expires_at timestamptz NOT NULL, account_id uuid, login jsonb, password_hash text,
            CONSTRAINT account_codes_pk PRIMARY KEY (id),
            CONSTRAINT account_codes_purpose CHECK (purpose IN ('registration', 'reset')),
            CONSTRAINT account_codes_account_id_fk FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
        )""")
    op.execute("CREATE INDEX account_codes_account_id_idx ON account_codes (account_id)")
    op.execute("CREATE INDEX account_codes_expires_at_idx ON account_codes (expires_at)")
    op.execute("""
        CREATE TABLE sessions (
            id uuid NOT NULL, account_id uuid NOT NULL, created_at timestamptz NOT NULL, used_at timestamptz NOT NULL,
            expires_at timestamptz NOT NULL,
            CONSTRAINT sessions_pk PRIMARY KEY (id),
            CONSTRAINT sessions_account_id_fk FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
        )""")
    op.execute("CREATE INDEX sessions_account_id_idx ON sessions (account_id, created_at)")
    op.execute("CREATE INDEX sessions_expires_at_idx ON sessions (expires_at)")
    op.execute("""
        CREATE TABLE refresh_tokens (
            hash bytea NOT NULL, session_id uuid NOT NULL, created_at timestamptz NOT NULL, used_at timestamptz,
            CONSTRAINT refresh_tokens_pk PRIMARY KEY (hash),
            CONSTRAINT refresh_tokens_session_id_fk FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
        )""")
    op.execute("CREATE INDEX refresh_tokens_session_id_idx ON refresh_tokens (session_id)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in (
        "refresh_tokens",
        "sessions",
        "account_codes",
        "account_logins",
        "accounts",
        "client_secrets",
        "clients",
        "revocations",
        "signing_keys",
        "idempotency_keys",
    ):
        op.execute(f"DROP TABLE {table}")
