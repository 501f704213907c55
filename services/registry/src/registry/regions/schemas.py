"""Wire models of regions."""

from chassis.http.models import Shape


class Region(Shape):
    """A region; `code` is Kemendagri's, never BPS's. `time_zone` is wib, wita or wit."""

    code: str
    name: str
    level: str
    parent_code: str | None
    time_zone: str
    population: int | None
    population_male: int | None
    population_female: int | None


class RegionPage(Shape):
    items: list[Region]
    next: str | None
    count: int | None = None
