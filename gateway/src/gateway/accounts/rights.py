"""Who may do what with accounts, and whether the gateway keeps any."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from chassis.http.identity import Caller, SignedIn, policy
from chassis.http.languages import Text
from chassis.http.problems import Forbidden, NotFound, Problem
from gateway.accounts.book import Book


class AccountsElsewhere(Problem):
    """In production accounts are kept by an OpenID Connect provider: register and reset there."""

    status = 403
    code = "accounts_elsewhere"
    title = Text("Akun dikelola oleh penyedia identitas", "Accounts are kept by the identity provider")


async def _kept_here(request: Request) -> Book:
    if request.app.state.settings.prima_env != "development":
        raise AccountsElsewhere
    book: Book = request.app.state.book
    return book


@policy("accounts themselves")
async def _person(caller: SignedIn) -> Caller:
    if caller.kind != "account":
        raise Forbidden
    return caller


KeptHere = Annotated[Book, Depends(_kept_here)]
Person = Annotated[Caller, Depends(_person)]


async def _own_id(person: Person) -> UUID:
    """The id of an account that is kept here. Raises NotFound for those of a provider."""
    try:
        return UUID(person.id)
    except ValueError:
        raise NotFound from None


OwnId = Annotated[UUID, Depends(_own_id)]
