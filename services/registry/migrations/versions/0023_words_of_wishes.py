"""The words by which people say what they want with a service, not which service: a search does without them."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_WORDS = (
    "alur", "bantu", "berapa", "biaya", "bikin", "buat", "butuh", "cara", "caranya", "daftar", "dimana", "gimana", "info",
    "kapan", "lama", "melakukan", "membuat", "mencari", "mendaftar", "mendapatkan", "mengajukan", "mengurus", "meminta",
    "memperoleh", "minta", "ngurus", "permohonan", "persyaratan", "prosedur", "proses", "syarat", "syaratnya", "tarif",
    "tolong", "urus",
)  # fmt: skip


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE TABLE search_wishes (word text CONSTRAINT search_wishes_pk PRIMARY KEY)")
    words = ", ".join(f"('{word}')" for word in _WORDS)
    op.execute(f"INSERT INTO search_wishes VALUES {words}")  # noqa: S608 - words of our own


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("DROP TABLE search_wishes")
