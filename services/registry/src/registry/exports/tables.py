"""Tables of exports; the jobs that make them stand beside those of imports."""

from chassis.exports.tables import add_export_tables
from registry.metadata import metadata

exports, export_pieces = add_export_tables(metadata)
