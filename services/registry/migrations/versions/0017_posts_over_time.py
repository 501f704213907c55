"""The days on which a post exists, and where it was before reorganisations took it to a successor."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    # Nobody has said since when the posts of before exist: they always did.
    op.execute("ALTER TABLE posts ADD COLUMN valid_during daterange NOT NULL DEFAULT '(,)'")
    op.execute("ALTER TABLE posts ADD CONSTRAINT posts_period CHECK (NOT isempty(valid_during)) NOT VALID")
    op.execute("-- squawk-ignore constraint-missing-not-valid\nALTER TABLE posts VALIDATE CONSTRAINT posts_period")
    op.execute("""
        CREATE TABLE post_former_places (
            post_id uuid NOT NULL, institution_id uuid NOT NULL, unit_id uuid NOT NULL, valid_during daterange NOT NULL,
            CONSTRAINT post_former_places_pk PRIMARY KEY (post_id, valid_during WITHOUT OVERLAPS),
            CONSTRAINT post_former_places_post_id_fk FOREIGN KEY (post_id) REFERENCES posts (id),
            CONSTRAINT post_former_places_unit_fk FOREIGN KEY (unit_id, institution_id)
                REFERENCES unit_identities (id, institution_id)
        )""")
    op.execute("CREATE INDEX post_former_places_unit_id_idx ON post_former_places (unit_id)")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE post_former_places")
    op.execute("ALTER TABLE posts DROP COLUMN valid_during")
