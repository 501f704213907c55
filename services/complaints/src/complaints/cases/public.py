"""Which cases everybody may see: the one condition that the public list, its figures and the hints at duplicates share."""

from sqlalchemy import Boolean, ColumnElement, literal_column

PUBLIC = "(cases.custody = 'ordinary' AND NOT cases.confidential AND cases.file_complete_at IS NOT NULL)"
"""For statements written as text. Public from verification on: until then nobody has looked whether a case must be protected
(case-lifecycle §4, §8)."""
IS_PUBLIC: ColumnElement[bool] = literal_column(PUBLIC, Boolean)
"""For composed statements."""
