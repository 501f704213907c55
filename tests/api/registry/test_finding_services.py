"""Finding services by words: the best first, a typo forgiven, and what a page of it costs."""

from collections.abc import Callable
from typing import Any

import pytest

from api.registry.directory_stage import code, stage
from api.registry.test_services import enter, found
from chassis.data.pool import Connection
from chassis.data.statements import Statement
from registry.services import searching
from support.services import ServiceUnderTest


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The text of each statement that finds or counts services, as they are run."""
    run: list[str] = []

    def watched(original: Callable[..., Any]) -> Callable[..., Any]:
        async def watch(statement: Statement, connection: Connection, **values: Any) -> Any:
            if "FROM services" in statement.sql:
                run.append(statement.sql)
            return await original(statement, connection, **values)

        return watch

    for name in ("fetch", "fetchval"):
        monkeypatch.setattr(Statement, name, watched(getattr(Statement, name)))
    return run


async def test_the_most_relevant_come_first(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit, word = (await here.unit("U"))["id"], f"kwz{code()}"
    await enter(here, unit, name="A lain", description=f"Untuk {word}")
    await enter(here, unit, name=f"Z {word}")  # in the name, which weighs more
    await enter(here, unit, name=f"Y {word} {word}")
    await enter(here, unit, name=f"X {word[:-1]}x")  # a typo away: it is no hit while there are others
    # Twice in the name, once, in the description alone; by name it would be the other way round.
    best = [f"Y {word} {word}", f"Z {word}", "A lain"]
    assert await found(here, f"q={word}") == best
    assert await found(here, f"q={word}&sort=relevance") == best
    assert await found(here, f"q={word}&sort=-relevance") == best[::-1]
    assert await found(here, f"q={word}&sort=name") == sorted(best)
    seen: list[str] = []
    path: str | None = f"/services?institution={here.id}&q={word}&limit=1&count=exact"
    while path:
        page = await here.read(path)
        assert page["count"] == 3
        seen += [item["name"] for item in page["items"]]
        path = page["next"] and page["next"].removeprefix("/v1")
    assert seen == best


async def test_a_typo_is_forgiven(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit = (await here.unit("U"))["id"]
    await enter(here, unit, name="Akta Pengesahan Anak")
    await enter(here, unit, name="Zat Pengesahannnn")
    assert await found(here, "q=pengesahxn") == ["Akta Pengesahan Anak", "Zat Pengesahannnn"]
    assert await found(here, "q=pengesahxn&limit=1") == ["Akta Pengesahan Anak"]


async def test_a_typo_is_forgiven_though_somebody_else_made_it(registry: ServiceUnderTest) -> None:
    """Words count where they are sought: a misspelt draft of one institution doesn't hide the services of all others."""
    here, other = await stage(registry), await stage(registry)
    await enter(other, (await other.unit("U"))["id"], name="Akta Perkawinxn")
    unit = (await here.unit("U"))["id"]
    await enter(here, unit, name="Akta Perkawinan", region_codes=["51.71"])
    await enter(here, unit, name="Salinan Akta Perkawinan", region_codes=["33.74"])
    both = ["Akta Perkawinan", "Salinan Akta Perkawinan"]
    assert sorted(await found(here, "q=perkawinxn")) == both
    assert await found(here, "q=perkawinxn&region=33.74") == both[1:]
    assert await found(other, "q=perkawinxn") == ["Akta Perkawinxn"]
    first = await here.read(f"/services?institution={here.id}&q=perkawinxn&limit=1&count=exact")
    rest = await here.read(first["next"].removeprefix("/v1"))
    assert sorted(item["name"] for item in first["items"] + rest["items"]) == both
    assert (first["count"], rest["next"]) == (2, None)


async def test_each_word_of_a_query_is_corrected(registry: ServiceUnderTest) -> None:
    """One that services have is taken for each of them; short words and numbers are taken as they are."""
    here = await stage(registry)
    unit = (await here.unit("U"))["id"]
    await enter(here, unit, name="Rekomendasi Penelitian 12", description="Bagi perguruan tinggi")
    await enter(here, unit, name="Rekomendasi Pengangkutan 12")
    assert await found(here, "q=rekomendaxi+penelitxan") == ["Rekomendasi Penelitian 12"]
    assert await found(here, "q=rekomendaxi+pergurxan") == ["Rekomendasi Penelitian 12"]
    assert await found(here, "q=rekomendaxi+12&sort=name") == [
        "Rekomendasi Penelitian 12",
        "Rekomendasi Pengangkutan 12",
    ]
    assert await found(here, "q=rekomendaxi+-penelitian") == []  # who excludes words is taken at their word


@pytest.mark.parametrize(
    "words",
    [
        "cara membuat akta kelahiran",
        "syarat akta kelahiran",
        "saya mau bikin akta kelahiran",
        "mengurus akta kelahiran",
        "biaya akta kelahirxn",  # with a typo, too
        "surat kelahiran",  # called otherwise
        "akta kelahiran zzqqwwkkjj",  # nobody has such a word
        "akta kelahiran 2099",
    ],
)
async def test_a_word_too_many_hides_nothing(registry: ServiceUnderTest, words: str) -> None:
    """Who says what they want, not only which service, finds it; as does who calls it by another word."""
    here = await stage(registry)
    unit = (await here.unit("U"))["id"]
    await enter(here, unit, name="Penerbitan Akta Kelahiran Anak")
    await enter(here, unit, name="Penerbitan Akta Kematian")
    await enter(here, unit, name="Izin Mendirikan Bangunan")
    names = await found(here, f"q={words.replace(' ', '+')}")
    assert names[0] == "Penerbitan Akta Kelahiran Anak"
    assert "Izin Mendirikan Bangunan" not in names
    page = await here.read(f"/services?institution={here.id}&q={words}&limit=1&count=exact")
    assert (page["count"], page["items"][0]["name"]) == (len(names), names[0])


async def test_words_of_wishes_count_where_services_have_them(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit = (await here.unit("U"))["id"]
    await enter(here, unit, name="Pembebasan Biaya Perkara")
    await enter(here, unit, name="Pendaftaran Perkara")
    assert await found(here, "q=biaya+perkara") == ["Pembebasan Biaya Perkara"]
    assert await found(here, "q=biaya") == ["Pembebasan Biaya Perkara"]
    assert sorted(await found(here, "q=cara+perkara")) == ["Pembebasan Biaya Perkara", "Pendaftaran Perkara"]
    assert await found(here, "q=cara+perkara+-biaya") == []  # who excludes words is taken at their word


async def test_what_has_most_of_the_words_comes_first(
    registry: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = await stage(registry)
    unit = (await here.unit("U"))["id"]
    one, two, three = (f"kwz{code()}" for _ in range(3))
    for name in (f"A {one}", f"B {two} {one}", f"C {one}", f"D {three}"):
        await enter(here, unit, name=name)
    best = [f"B {two} {one}", f"A {one}", f"C {one}", f"D {three}"]
    assert await found(here, f"q={one}+{two}+{three}") == best
    # Of words that too many have the rarer ones are sought: what has them can be ranked.
    monkeypatch.setattr(searching, "MOST_RANKED", 2)
    assert await found(here, f"q={one}+{two}+{three}&sort=name") == [f"B {two} {one}", f"D {three}"]


async def test_words_of_what_is_entered_and_rewritten_correct_typos(registry: ServiceUnderTest) -> None:
    here = await stage(registry)
    unit, before, after = (await here.unit("U"))["id"], f"kabqatan{code()}", f"zirwonan{code()}"
    service = await enter(here, unit, name=f"Layanan {before}")
    assert await found(here, f"q={before}xx") == [f"Layanan {before}"]
    changed = await here.change(f"/services/{service['id']}", {"description": f"Untuk {after}"})
    assert changed.status_code == 200
    assert await found(here, f"q={after}xx") == [f"Layanan {before}"]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", "entered"),
        ("&sort=relevance", "entered"),
        ("&sort=-relevance", "entered"),
        ("&sort=created_at", "entered"),
        ("&sort=-created_at", "last entered"),
        ("&sort=name", "name"),
        ("&sort=-name", "last name"),
    ],
)
async def test_more_hits_than_can_be_ranked_come_as_they_were_entered(
    registry: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch, sort: str, order: str
) -> None:
    """Whoever asks for the order of names has it, of however many."""
    monkeypatch.setattr(searching, "MOST_RANKED", 2)
    here = await stage(registry)
    unit, word = (await here.unit("U"))["id"], f"kwy{code()}"
    entered = [f"Z {word}", "A lain", f"Y {word} {word}", "B lain"]
    for name in entered:
        await enter(here, unit, name=name, description=f"Untuk {word}")
    await enter(here, unit, name="C lain")
    orders = {"entered": entered, "name": sorted(entered)}
    wanted = orders.get(order) or orders[order.removeprefix("last ")][::-1]
    seen: list[str] = []
    path: str | None = f"/services?institution={here.id}&q={word}&limit=3&count=exact{sort}"
    while path:
        page = await here.read(path)
        assert page["count"] == 4
        seen += [item["name"] for item in page["items"]]
        path = page["next"] and page["next"].removeprefix("/v1")
    assert seen == wanted


async def test_the_order_of_the_first_page_is_kept(registry: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though more than can be ranked have the word by then."""
    monkeypatch.setattr(searching, "MOST_RANKED", 3)
    here = await stage(registry)
    unit, word = (await here.unit("U"))["id"], f"kwy{code()}"
    await enter(here, unit, name="A lain", description=f"Untuk {word}")
    await enter(here, unit, name=f"Z {word}")
    await enter(here, unit, name=f"Y {word} {word}")
    first = await here.read(f"/services?institution={here.id}&q={word}&limit=1")
    await enter(here, unit, name="B lain", description=f"Untuk {word}")
    rest = await here.read(first["next"].removeprefix("/v1").replace("limit=1", "limit=9"))
    names = [item["name"] for item in first["items"] + rest["items"]]
    assert names == [f"Y {word} {word}", f"Z {word}", "A lain", "B lain"]


@pytest.mark.parametrize(
    ("query", "names", "cost"),
    [
        ("q={word}", ["Y {word} {word}", "Z {word}", "A lain"], 2),
        ("q={typo}", ["Y {word} {word}", "Z {word}", "A lain"], 3),  # the misspelt word of a service elsewhere
        ("q={word}&sort=name", ["A lain", "Y {word} {word}", "Z {word}"], 2),
    ],
)
async def test_a_page_of_a_search_is_a_count_of_hits_and_a_list(
    registry: ServiceUnderTest, statements: list[str], query: str, names: list[str], cost: int
) -> None:
    """The second page as the first: both are sought under the same filters. What nobody has is corrected and counted again."""
    here, other = await stage(registry), await stage(registry)
    unit, word = (await here.unit("U"))["id"], f"kwy{code()}"
    told = {"word": word, "typo": f"{word[:-1]}x"}
    await enter(here, unit, name="A lain", description=f"Untuk {word}")
    await enter(here, unit, name=f"Z {word}")
    await enter(here, unit, name=f"Y {word} {word}")
    await enter(other, (await other.unit("U"))["id"], name=told["typo"])
    path: str | None = f"/services?institution={here.id}&limit=2&{query.format(**told)}"
    seen: list[str] = []
    while path:
        statements.clear()
        page = await here.read(path)
        assert len(statements) == cost
        seen += [item["name"] for item in page["items"]]
        path = page["next"] and page["next"].removeprefix("/v1")
    assert seen == [name.format(**told) for name in names]


async def test_hits_are_ranked_if_those_that_are_sought_are_few(
    registry: ServiceUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many services elsewhere have the word."""
    monkeypatch.setattr(searching, "MOST_RANKED", 2)
    here, other = await stage(registry), await stage(registry)
    unit, far, word = (await here.unit("U"))["id"], (await other.unit("U"))["id"], f"kwy{code()}"
    for number in range(3):
        await enter(other, far, name=f"{word} {number}")
    await enter(here, unit, name="A lain", description=f"Untuk {word}")
    await enter(here, unit, name=f"Z {word}")
    assert await found(here, f"q={word}") == [f"Z {word}", "A lain"]
