"""Who supervises whom on a day, as a part of statements: the registered edges, and by law Jakarta over its areas."""

from directory.world import JAKARTA

# The regency and cities of DK Jakarta are without autonomy: their Pembina is the governor, whatever was registered.
EDGES = f"""
edges AS NOT MATERIALIZED (
    SELECT institution_id, supervisor_id FROM supervision WHERE valid_during @> CAST(:day AS date)
    UNION ALL
    SELECT area.id, province.id FROM institutions AS area, institutions AS province
    WHERE area.region_code LIKE '{JAKARTA}.%' AND area.kind IN ('regency', 'city')
    AND province.region_code = '{JAKARTA}' AND province.kind = 'province'
    AND area.valid_during @> CAST(:day AS date) AND province.valid_during @> CAST(:day AS date)
)"""  # noqa: S608 - a constant of ours
"""A common table expression with the parameter `day`; to stand in a WITH RECURSIVE."""
