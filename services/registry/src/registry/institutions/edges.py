"""Who supervises whom on a day, as a part of statements: the registered edges, and by law Jakarta over its areas."""

from directory.world import JAKARTA

# The regency and cities of DK Jakarta are without autonomy: their Pembina is the governor, whatever was registered.


def _edges(*, known: bool) -> str:
    suffix = "_known" if known else ""

    def held(alias: str) -> str:
        recorded = f" AND {alias}.recorded_at <= :known_at AND {alias}.replaced_at > :known_at" if known else ""
        return f"{alias}.valid_during @> CAST(:day AS date){recorded}"

    return f"""
edges AS NOT MATERIALIZED (
    SELECT edge.institution_id, edge.supervisor_id FROM supervision{suffix} AS edge WHERE {held("edge")}
    UNION ALL
    SELECT area.id, province.id FROM institutions{suffix} AS area, institutions{suffix} AS province
    WHERE area.region_code LIKE '{JAKARTA}.%' AND area.kind IN ('regency', 'city')
    AND province.region_code = '{JAKARTA}' AND province.kind = 'province'
    AND {held("area")} AND {held("province")}
)"""  # noqa: S608 - names of ours


EDGES, KNOWN_EDGES = _edges(known=False), _edges(known=True)
"""A common table expression with the parameter `day` (and `known_at`); to stand in a WITH RECURSIVE."""
