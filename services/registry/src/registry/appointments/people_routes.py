"""`/v1/people`, `/v1/posts`, `/v1/vacancies` and `/v1/me`."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Request
from starlette.responses import Response

from chassis.data.transactions import Reading, Snapshot, Transaction
from chassis.http.filters import Chosen
from chassis.http.idempotency import Once
from chassis.http.identity import Public, SignedIn
from chassis.http.problems import NotFound
from chassis.http.routing import router
from chassis.http.versions import IfMatch, encode, single
from chassis.ops.clock import Now
from registry.appointments import callers, people, posts, vacancies
from registry.appointments.schemas import (
    Me,
    NewPerson,
    NewPost,
    Person,
    PersonPage,
    PersonPatch,
    PersonRecord,
    Post,
    PostEnding,
    PostPage,
    PostPatch,
    VacancyPage,
)
from registry.moments import OnDay, noon
from registry.rights import Anyone, Manager
from registry.shapes import shown_period
from registry.terms import KnownTerms

_TAKEN: dict[int | str, dict[str, Any]] = {409: {"description": "identifier_taken"}}
_HELD: dict[int | str, dict[str, Any]] = {409: {"description": "still_in_use, already_ended"}}

routes = router(tags=["people"])


@routes.get("/people", operation_id="list_people", summary="Find people who hold seats", response_model=PersonPage)
async def list_people(
    actor: Anyone,
    connection: Reading,
    _moment: OnDay,
    chosen: Annotated[Chosen, people.FILTERS.dependency()],
) -> Response:
    """Office holders by name; administrators also see the people of their institution who hold no seat yet.

    A person is the same on every day: `as_of` matters to appointments.
    """
    page = await people.find_people(connection, chosen, actor)
    items = [people.shown(row, actor) for row in page.rows]
    return Response(encode(page.written(items)), media_type="application/json")


@routes.get("/people/{person_id}", operation_id="get_person", summary="A person", response_model=PersonRecord | Person)
async def get_person(request: Request, actor: Anyone, connection: Reading, _moment: OnDay, person_id: UUID) -> Response:
    """Id and name; to administrators also numbers and accounts."""
    row = await people.find_person(connection, person_id, actor)
    if row is None:
        raise NotFound
    return single(request, people.shown(row, actor), version=row["version"])


@routes.post(
    "/people",
    operation_id="register_person",
    summary="Register a person",
    response_model=PersonRecord,
    status_code=201,
    responses=_TAKEN,
)
async def register_person(
    request: Request, actor: Manager, connection: Transaction, now: Now, _once: Once, body: NewPerson
) -> Response:
    """Somebody who holds or will hold a seat, and the account or client that acts as this person."""
    row = await people.register(connection, body.model_dump(), actor=actor, now=now)
    headers = {"Location": f"/v1/people/{row['id']}"}
    return single(request, people.shown(row, actor), version=row["version"], status=201, headers=headers)


@routes.patch(
    "/people/{person_id}",
    operation_id="change_person",
    summary="Change a person",
    response_model=PersonRecord,
    responses=_TAKEN,
)
async def change_person(
    request: Request,
    actor: Manager,
    connection: Transaction,
    now: Now,
    expected: IfMatch,
    person_id: UUID,
    body: PersonPatch,
) -> Response:
    """Name, number, and the account or client that acts as this person."""
    row = await people.change(connection, person_id, body.stated(), actor=actor, now=now, expected=expected)
    return single(request, people.shown(row, actor), version=row["version"])


@routes.get("/posts", operation_id="list_posts", summary="Find posts", response_model=PostPage)
async def list_posts(
    _caller: Public, connection: Reading, moment: OnDay, now: Now, chosen: Annotated[Chosen, posts.FILTERS.dependency()]
) -> Response:
    """The posts that exist on a day: where they are, how many people each needs, and how many fill it.

    Unless a day is named it is today where the institution of each is.
    """
    page = await posts.find_posts(connection, chosen, moment, now=now)
    return Response(encode(page.written([posts.shown(row) for row in page.rows])), media_type="application/json")


@routes.get("/posts/{post_id}", operation_id="get_post", summary="A post", response_model=Post)
async def get_post(
    request: Request, _caller: Public, connection: Reading, moment: OnDay, now: Now, post_id: UUID
) -> Response:
    """A post with how many people fill it on a day. Unless a day is named, also one that begins later or has ended."""
    row = await posts.find_post(connection, post_id, moment, now=now)
    if row is None:
        raise NotFound
    return single(request, posts.shown(row), version=row["version"])


@routes.post("/posts", operation_id="establish_post", summary="Establish a post", response_model=Post, status_code=201)
async def establish_post(
    request: Request, actor: Manager, connection: Transaction, terms: KnownTerms, now: Now, _once: Once, body: NewPost
) -> Response:
    """A post at a unit or an institution, to be filled by appointments that name it."""
    row = await posts.establish(connection, body.model_dump(), actor=actor, terms=terms, now=now)
    headers = {"Location": f"/v1/posts/{row['id']}"}
    return single(request, posts.shown(row), version=row["version"], status=201, headers=headers)


@routes.patch(
    "/posts/{post_id}",
    operation_id="change_post",
    summary="Correct a post",
    response_model=Post,
    responses={409: {"description": "still_in_use"}},
)
async def change_post(
    request: Request,
    actor: Manager,
    connection: Transaction,
    now: Now,
    expected: IfMatch,
    post_id: UUID,
    body: PostPatch,
) -> Response:
    """Its name, its days, how many people it needs; refused while somebody would hold it outside of its days."""
    row = await posts.change(connection, post_id, body.stated(), actor=actor, now=now, expected=expected)
    return single(request, posts.shown(row), version=row["version"])


@routes.post(
    "/posts/{post_id}/ending", operation_id="end_post", summary="End a post", response_model=Post, responses=_HELD
)
async def end_post(
    request: Request,
    actor: Manager,
    connection: Transaction,
    now: Now,
    _once: Once,
    expected: IfMatch,
    post_id: UUID,
    body: PostEnding,
) -> Response:
    """From a day on the post doesn't exist any more; refused while somebody holds it on that day or later."""
    row = await posts.end(connection, post_id, valid_to=body.valid_to, actor=actor, now=now, expected=expected)
    return single(request, posts.shown(row), version=row["version"])


@routes.get("/vacancies", operation_id="list_vacancies", summary="What is vacant", response_model=VacancyPage)
async def list_vacancies(
    _caller: Public,
    connection: Snapshot,
    moment: OnDay,
    now: Now,
    chosen: Annotated[Chosen, vacancies.FILTERS.dependency()],
) -> Response:
    """Seats of Pembina, Penanggung jawab and heads of units without a holder on a day, and posts that lack people.

    By default on this day where the institution or the unit is that is asked for.
    """
    page = await vacancies.find_vacancies(connection, chosen, moment, now=now)
    items = [vacancies.shown(row) for row in page.rows]
    return Response(encode(page.written(items)), media_type="application/json")


@routes.get("/me", operation_id="get_me", summary="Who am I", response_model=Me, tags=["me"])
async def get_me(caller: SignedIn, connection: Reading, moment: OnDay, now: Now) -> Response:
    """The caller, the person behind it, and the seats this person holds today, or held on the day of `as_of`."""
    at = noon(moment.day) if moment.stated else now
    rows = await callers.find_held(connection, caller, at)
    first = rows[0] if rows else None
    person = first and {
        "id": first["person_id"],
        "name": first["person_name"],
        "institution_id": first["person_institution_id"],
        **{name: first[name] for name in ("employee_number", "account_id", "client_id")},
    }
    seats = [
        {
            "appointment_id": row["appointment_id"],
            "role": row["role"],
            "acting": row["acting"],
            "institution": {"id": row["institution_id"], "name": row["institution_name"]},
            "unit": row["unit_id"] and {"id": row["unit_id"], "name": row["unit_name"]},
            "valid_during": shown_period(row),
        }
        for row in rows
        if row["role"] is not None
    ]
    told = {
        "kind": caller.kind,
        "id": caller.id,
        "scopes": sorted(caller.scopes),
        "institution_id": caller.institution_id,
    }
    content = {"caller": told, "person": person, "seats": seats}
    return Response(encode(content), media_type="application/json", headers={"Cache-Control": "private, no-store"})
