"""Tables of exports and of the jobs that make them."""

from chassis.data.jobs import add_job_table
from chassis.exports.tables import add_export_tables
from complaints.metadata import metadata

jobs = add_job_table(metadata)
exports, export_pieces = add_export_tables(metadata)
