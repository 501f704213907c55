"""Institutions, units, people, posts, appointments and services, with recorded time for the first, second and fifth."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The columns of the tables with recorded time, in the order of their history.
_RECORDED = {
    "institutions": "id, name, short_name, kind, region_code, time_zone, valid_during",
    "units": "id, institution_id, parent_id, code, name, short_name, kind, region_code, functions, valid_during",
    "appointments": "id, person_id, institution_id, unit_id, post_id, role, acting, decree_number, decree_date, "
    "appointed_by, end_reason, cancelled, valid_during, in_office_during, version, created_at",
}
_STOP_WORDS = (
    "ada|adalah|agar|akan|antara|apa|apakah|atas|atau|bagaimana|bagi|bahwa|beserta|bisa|boleh|dalam|dan|dapat|dari|"
    "dengan|di|hanya|harus|hendak|ia|ingin|ini|itu|jika|juga|ke|kepada|karena|lagi|maka|mana|masih|mau|mengenai|"
    "mohon|namun|nya|oleh|pada|para|perlu|saat|sampai|saja|saya|sebagai|secara|sedang|sebelum|sehingga|sejak|"
    "seperti|serta|setelah|siapa|suatu|sudah|supaya|tanpa|telah|tentang|terhadap|untuk|yaitu|yang"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    _clock()
    _institutions()
    _units()
    _people()
    _appointments()
    for table, columns in _RECORDED.items():
        _keep_history(table, columns)
    _services()


def _clock() -> None:
    # now() is the transaction's beginning: a long one would stamp rows as older than what replaced them. The row's lock
    # lets one writer at a time take a stamp, which never goes back even if the machine's clock does.
    op.execute("""
        CREATE TABLE recording_clock (
            one boolean NOT NULL DEFAULT true, stamped_at timestamptz NOT NULL DEFAULT '-infinity',
            CONSTRAINT recording_clock_pk PRIMARY KEY (one), CONSTRAINT recording_clock_one CHECK (one)
        )""")
    op.execute("INSERT INTO recording_clock DEFAULT VALUES")
    op.execute("""
        CREATE FUNCTION recording() RETURNS timestamptz LANGUAGE plpgsql AS $$
        DECLARE stamp text := current_setting('registry.recorded_at', true);
        BEGIN
            IF stamp IS NULL OR stamp = '' THEN
                UPDATE recording_clock
                SET stamped_at = greatest(clock_timestamp(), stamped_at + interval '1 microsecond')
                RETURNING stamped_at::text INTO stamp;
                PERFORM set_config('registry.recorded_at', stamp, true);
            END IF;
            RETURN stamp::timestamptz;
        END $$""")


def _institutions() -> None:
    op.execute("""
        CREATE TABLE institution_identities (
            id uuid NOT NULL, code text NOT NULL, version bigint NOT NULL DEFAULT 0,
            CONSTRAINT institution_identities_pk PRIMARY KEY (id),
            CONSTRAINT institution_identities_code_key UNIQUE (code)
        )""")
    op.execute("""
        CREATE TABLE institutions (
            id uuid NOT NULL, name text NOT NULL, short_name text, kind text NOT NULL, region_code text,
            time_zone text NOT NULL, valid_during daterange NOT NULL, recorded_at timestamptz NOT NULL,
            CONSTRAINT institutions_pk PRIMARY KEY (id, valid_during WITHOUT OVERLAPS),
            CONSTRAINT institutions_id_fk FOREIGN KEY (id) REFERENCES institution_identities (id),
            CONSTRAINT institutions_region_code_fk FOREIGN KEY (region_code) REFERENCES regions (code)
        )""")
    op.execute("CREATE INDEX institutions_region_code_idx ON institutions (region_code)")
    op.execute("CREATE INDEX institutions_kind_idx ON institutions (kind)")
    op.execute("CREATE INDEX institutions_name_trigram_idx ON institutions USING gin (name gin_trgm_ops)")
    op.execute("""
        CREATE TABLE institution_aliases (
            institution_id uuid NOT NULL, alias text NOT NULL, kind text NOT NULL,
            CONSTRAINT institution_aliases_pk PRIMARY KEY (institution_id, alias),
            CONSTRAINT institution_aliases_institution_id_fk FOREIGN KEY (institution_id)
                REFERENCES institution_identities (id)
        )""")
    op.execute("CREATE INDEX institution_aliases_trigram_idx ON institution_aliases USING gin (alias gin_trgm_ops)")
    op.execute("""
        CREATE TABLE supervision (
            institution_id uuid NOT NULL, supervisor_id uuid NOT NULL, valid_during daterange NOT NULL, source text,
            CONSTRAINT supervision_pk PRIMARY KEY (institution_id, supervisor_id, valid_during WITHOUT OVERLAPS),
            CONSTRAINT supervision_institution_id_fk FOREIGN KEY (institution_id)
                REFERENCES institution_identities (id),
            CONSTRAINT supervision_supervisor_id_fk FOREIGN KEY (supervisor_id)
                REFERENCES institution_identities (id),
            CONSTRAINT supervision_of_another CHECK (institution_id <> supervisor_id)
        )""")
    op.execute("CREATE INDEX supervision_institution_id_idx ON supervision (institution_id)")
    op.execute("CREATE INDEX supervision_supervisor_id_idx ON supervision (supervisor_id)")


def _units() -> None:
    op.execute("""
        CREATE TABLE unit_identities (
            id uuid NOT NULL, institution_id uuid NOT NULL, version bigint NOT NULL DEFAULT 0,
            CONSTRAINT unit_identities_pk PRIMARY KEY (id),
            CONSTRAINT unit_identities_id_key UNIQUE (id, institution_id),
            CONSTRAINT unit_identities_institution_id_fk FOREIGN KEY (institution_id)
                REFERENCES institution_identities (id)
        )""")
    op.execute("""
        CREATE TABLE units (
            id uuid NOT NULL, institution_id uuid NOT NULL, parent_id uuid, code text NOT NULL, name text NOT NULL,
            short_name text, kind text NOT NULL, region_code text, functions text[] NOT NULL,
            valid_during daterange NOT NULL, recorded_at timestamptz NOT NULL,
            CONSTRAINT units_pk PRIMARY KEY (id, valid_during WITHOUT OVERLAPS),
            CONSTRAINT units_id_fk FOREIGN KEY (id, institution_id) REFERENCES unit_identities (id, institution_id),
            CONSTRAINT units_parent_identity_fk FOREIGN KEY (parent_id, institution_id)
                REFERENCES unit_identities (id, institution_id),
            CONSTRAINT units_parent_fk FOREIGN KEY (parent_id, PERIOD valid_during)
                REFERENCES units (id, PERIOD valid_during) DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT units_institution_fk FOREIGN KEY (institution_id, PERIOD valid_during)
                REFERENCES institutions (id, PERIOD valid_during) DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT units_region_code_fk FOREIGN KEY (region_code) REFERENCES regions (code),
            CONSTRAINT units_code_excl EXCLUDE USING gist
                (institution_id WITH =, code WITH =, valid_during WITH &&) DEFERRABLE INITIALLY DEFERRED
        )""")
    # Beside the key's GiST index: twice as fast for subtrees, and what lists sort by.
    op.execute("CREATE INDEX units_parent_id_idx ON units (parent_id)")
    op.execute("CREATE INDEX units_institution_id_idx ON units (institution_id, name, id)")
    op.execute("CREATE INDEX units_name_trigram_idx ON units USING gin (name gin_trgm_ops)")
    op.execute("""
        CREATE TABLE unit_ancestors (
            unit_id uuid NOT NULL, ancestor_id uuid NOT NULL, depth integer NOT NULL, valid_during daterange NOT NULL,
            CONSTRAINT unit_ancestors_pk PRIMARY KEY (unit_id, ancestor_id, valid_during),
            CONSTRAINT unit_ancestors_unit_id_fk FOREIGN KEY (unit_id) REFERENCES unit_identities (id),
            CONSTRAINT unit_ancestors_ancestor_id_fk FOREIGN KEY (ancestor_id) REFERENCES unit_identities (id)
        )""")
    op.execute("CREATE INDEX unit_ancestors_subtree_idx ON unit_ancestors (ancestor_id, unit_id)")


def _people() -> None:
    op.execute("""
        CREATE TABLE people (
            id uuid NOT NULL, institution_id uuid, name text NOT NULL, employee_number text, account_id text,
            client_id text, version bigint NOT NULL DEFAULT 0, created_at timestamptz NOT NULL,
            CONSTRAINT people_pk PRIMARY KEY (id),
            CONSTRAINT people_institution_id_fk FOREIGN KEY (institution_id) REFERENCES institution_identities (id),
            CONSTRAINT people_employee_number_key UNIQUE (employee_number),
            CONSTRAINT people_account_id_key UNIQUE (account_id),
            CONSTRAINT people_client_id_key UNIQUE (client_id)
        )""")
    op.execute("CREATE INDEX people_name_idx ON people (name, id)")
    op.execute("CREATE INDEX people_name_trigram_idx ON people USING gin (name gin_trgm_ops)")
    op.execute("""
        CREATE TABLE posts (
            id uuid NOT NULL, institution_id uuid NOT NULL, unit_id uuid, name text NOT NULL, role text NOT NULL,
            needed integer NOT NULL, version bigint NOT NULL DEFAULT 0, created_at timestamptz NOT NULL,
            CONSTRAINT posts_pk PRIMARY KEY (id),
            CONSTRAINT posts_institution_id_fk FOREIGN KEY (institution_id) REFERENCES institution_identities (id),
            CONSTRAINT posts_unit_fk FOREIGN KEY (unit_id, institution_id)
                REFERENCES unit_identities (id, institution_id),
            CONSTRAINT posts_needed_positive CHECK (needed >= 1)
        )""")
    op.execute("CREATE INDEX posts_institution_id_idx ON posts (institution_id, name, id)")
    op.execute("CREATE INDEX posts_unit_id_idx ON posts (unit_id)")


def _appointments() -> None:
    # What was cancelled occupies nothing: its generated period is null, which neither keys nor exclusions look at.
    op.execute("""
        CREATE TABLE appointments (
            id uuid NOT NULL, person_id uuid NOT NULL, institution_id uuid NOT NULL, unit_id uuid, post_id uuid,
            role text NOT NULL, acting text NOT NULL, decree_number text NOT NULL, decree_date date,
            appointed_by uuid, end_reason text, cancelled boolean NOT NULL DEFAULT false,
            valid_during daterange NOT NULL,
            in_office_during daterange GENERATED ALWAYS AS (CASE WHEN NOT cancelled THEN valid_during END) STORED,
            version bigint NOT NULL DEFAULT 0, created_at timestamptz NOT NULL, recorded_at timestamptz NOT NULL,
            CONSTRAINT appointments_pk PRIMARY KEY (id),
            CONSTRAINT appointments_person_id_fk FOREIGN KEY (person_id) REFERENCES people (id),
            CONSTRAINT appointments_post_id_fk FOREIGN KEY (post_id) REFERENCES posts (id),
            CONSTRAINT appointments_unit_identity_fk FOREIGN KEY (unit_id, institution_id)
                REFERENCES unit_identities (id, institution_id),
            CONSTRAINT appointments_unit_fk FOREIGN KEY (unit_id, PERIOD in_office_during)
                REFERENCES units (id, PERIOD valid_during) DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT appointments_institution_fk FOREIGN KEY (institution_id, PERIOD in_office_during)
                REFERENCES institutions (id, PERIOD valid_during) DEFERRABLE INITIALLY DEFERRED,
            CONSTRAINT appointments_period CHECK (NOT isempty(valid_during) AND NOT lower_inf(valid_during)),
            CONSTRAINT appointments_institution_holder_excl EXCLUDE USING gist
                (institution_id WITH =, role WITH =, in_office_during WITH &&)
                WHERE (unit_id IS NULL AND acting <> 'plh' AND role = ANY (ARRAY[
                    'supervisor', 'responsible_officer', 'information_officer', 'information_officer_superior'])),
            CONSTRAINT appointments_unit_holder_excl EXCLUDE USING gist
                (unit_id WITH =, role WITH =, in_office_during WITH &&)
                WHERE (unit_id IS NOT NULL AND acting <> 'plh' AND role = ANY (ARRAY[
                    'unit_head', 'information_officer', 'information_officer_superior']))
        )""")
    op.execute("CREATE INDEX appointments_person_id_idx ON appointments (person_id)")
    op.execute("CREATE INDEX appointments_institution_id_idx ON appointments (institution_id, role)")
    op.execute("CREATE INDEX appointments_unit_id_idx ON appointments (unit_id, role)")
    op.execute("CREATE INDEX appointments_post_id_idx ON appointments (post_id)")
    op.execute("CREATE INDEX appointments_created_at_idx ON appointments (created_at, id)")


def _keep_history(table: str, columns: str) -> None:
    """A history table, a trigger with its insert written out, and the view of everything that was ever known."""
    old = ", ".join(f"OLD.{name.strip()}" for name in columns.split(","))
    op.execute(f"CREATE TABLE {table}_history (LIKE {table}, replaced_at timestamptz NOT NULL)")
    op.execute(f"CREATE INDEX {table}_history_id_idx ON {table}_history (id, replaced_at)")
    op.execute(f"""
        CREATE FUNCTION {table}_record() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' AND OLD.recorded_at < recording() THEN
                INSERT INTO {table}_history ({columns}, recorded_at, replaced_at)
                VALUES ({old}, OLD.recorded_at, recording());
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            NEW.recorded_at := recording();
            RETURN NEW;
        END $$""")  # noqa: S608 - names of our own
    op.execute(f"""
        CREATE TRIGGER {table}_record BEFORE INSERT OR UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_record()""")
    op.execute(f"""
        CREATE VIEW {table}_known AS
        SELECT {columns}, recorded_at, 'infinity'::timestamptz AS replaced_at FROM {table}
        UNION ALL SELECT {columns}, recorded_at, replaced_at FROM {table}_history""")  # noqa: S608 - names of our own


def _services() -> None:
    # The configuration `indonesian` stems but keeps its stop words, so that they are taken out here.
    op.execute(f"""
        CREATE FUNCTION without_stop_words(content text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
        RETURN regexp_replace(lower(content), '\\m({_STOP_WORDS})\\M', ' ', 'g')""")
    # 51.71.02 lies in 51.71 and 51: what covers one of these covers it.
    op.execute("""
        CREATE FUNCTION region_line(code text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
        RETURN (SELECT array_agg(array_to_string((string_to_array(code, '.'))[1:parts], '.'))
                FROM generate_series(1, cardinality(string_to_array(code, '.'))) AS parts)""")
    op.execute("""
        CREATE TABLE services (
            id uuid NOT NULL, institution_id uuid NOT NULL, unit_id uuid NOT NULL, code text NOT NULL,
            name text NOT NULL, description text, kind text NOT NULL, field text, funding_route text,
            legal_basis text[] NOT NULL, target_groups text[] NOT NULL, vulnerable_groups text[] NOT NULL,
            channels text[] NOT NULL, life_events text[] NOT NULL, region_codes text[] NOT NULL,
            locations jsonb NOT NULL, opening_hours jsonb NOT NULL, partners jsonb NOT NULL, state text NOT NULL,
            active_during datemultirange NOT NULL DEFAULT '{}',
            version bigint NOT NULL DEFAULT 0, created_at timestamptz NOT NULL,
            search tsvector GENERATED ALWAYS AS (
                setweight(to_tsvector('indonesian', without_stop_words(name)), 'A')
                || to_tsvector('indonesian', without_stop_words(coalesce(description, '')))
                || to_tsvector('simple', code)) STORED,
            CONSTRAINT services_pk PRIMARY KEY (id),
            CONSTRAINT services_unit_fk FOREIGN KEY (unit_id, institution_id)
                REFERENCES unit_identities (id, institution_id),
            CONSTRAINT services_institution_id_key UNIQUE (institution_id, code),
            CONSTRAINT services_state_known CHECK (state IN ('draft', 'active', 'inactive')),
            CONSTRAINT services_founded CHECK (state <> 'active' OR cardinality(legal_basis) > 0)
        )""")
    op.execute("CREATE INDEX services_unit_id_idx ON services (unit_id)")
    op.execute("CREATE INDEX services_name_idx ON services (name, id)")
    op.execute("CREATE INDEX services_search_idx ON services USING gin (search)")
    op.execute("CREATE INDEX services_name_trigram_idx ON services USING gin (name gin_trgm_ops)")
    op.execute("CREATE INDEX services_region_codes_idx ON services USING gin (region_codes)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE services")
    for table in _RECORDED:
        op.execute(f"DROP VIEW {table}_known")
        op.execute(f"DROP TABLE {table}_history")
    for table in (
        "appointments",
        "posts",
        "people",
        "unit_ancestors",
        "units",
        "unit_identities",
        "supervision",
        "institution_aliases",
        "institutions",
        "institution_identities",
        "recording_clock",
    ):
        op.execute(f"DROP TABLE {table}")
    functions = [f"{table}_record()" for table in _RECORDED]
    for function in (*functions, "recording()", "without_stop_words(text)", "region_line(text)"):
        op.execute(f"DROP FUNCTION {function}")
