"""The complaints service's metadata: every room's tables.py adds to it; what the chassis and the copy need stands here."""

from sqlalchemy import MetaData

from chassis.data.events import add_feed_tables
from chassis.data.followers import add_follower_tables
from chassis.data.jobs import add_job_table
from chassis.exports.tables import add_export_tables
from chassis.http.idempotency import add_idempotency_table
from directory import tables as directory

metadata = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pk",
        "uq": "%(table_name)s_%(column_0_name)s_key",
        "fk": "%(table_name)s_%(column_0_name)s_fk",
        "ck": "%(table_name)s_%(constraint_name)s",
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    }
)
outbox, events, feed_head = add_feed_tables(metadata)
idempotency_keys = add_idempotency_table(metadata)
feed_cursors, parked_events = add_follower_tables(metadata)
jobs = add_job_table(metadata)
exports, export_pieces = add_export_tables(metadata)
directory.merge_into(metadata)
