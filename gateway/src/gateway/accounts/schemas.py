"""The wire models of accounts."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, SecretStr, StringConstraints

from chassis.http.flaws import Broken
from chassis.http.languages import Text
from chassis.http.models import Body, Shape
from gateway.accounts.logins import Kind, Login, read_email, read_phone, read_username
from gateway.accounts.passwords import weakness

_FORM = Text("Bentuknya tidak sesuai.", "This doesn't have the right form.")
_Name = Annotated[str, StringConstraints(min_length=1, max_length=254)]
_Code = Annotated[str, StringConstraints(pattern=r"^\d{6}$")]


def _readable(kind: Kind, read: Callable[[str], Login | None]) -> Callable[[str], str]:
    def check(text: str) -> str:
        found = read(text)
        if found is None:
            raise Broken(f"{kind}_malformed", _FORM)
        return found.name

    return check


def _strong(password: SecretStr) -> SecretStr:
    found = weakness(password.get_secret_value())
    if found is not None:
        raise Broken(*found)
    return password


Email = Annotated[_Name, AfterValidator(_readable("email", read_email)), Field(examples=["siti@example.id"])]
Phone = Annotated[_Name, AfterValidator(_readable("phone", read_phone)), Field(examples=["+6281234567890"])]
Username = Annotated[
    _Name, AfterValidator(_readable("username", read_username)), Field(examples=["198501012010011001"])
]
Password = Annotated[SecretStr, AfterValidator(_strong)]


class _Secretive(Body):
    """A body with a password: blanks around it are part of it."""

    model_config = ConfigDict(str_strip_whitespace=False)


class NewAccount(_Secretive):
    """A person's account: an e-mail address or a telephone number, and a password. `username` is for administrators to give."""

    email: Email | None = None
    phone: Phone | None = None
    username: Username | None = None
    password: Password

    @property
    def logins(self) -> list[Login]:
        """The names given, each in its one spelling."""
        given: dict[Kind, str | None] = {"email": self.email, "phone": self.phone, "username": self.username}
        return [Login(kind, name) for kind, name in given.items() if name is not None]


class Verification(Body):
    """The code that was sent."""

    verification_id: UUID
    code: _Code


class ResetRequest(Body):
    """Whose password is forgotten: e-mail address, telephone number or name."""

    login: _Name


class Reset(_Secretive):
    """The code that was sent, and the new password."""

    verification_id: UUID
    code: _Code
    password: Password


class PasswordChange(_Secretive):
    """The password so far, and the new one."""

    current_password: SecretStr
    password: Password


class DevelopmentCode(Shape):
    """In development alone: the code, in place of a message."""

    code: str


class CodeSent(Shape):
    """A code was sent, if there is somebody to send it to: the reply is the same in either case."""

    verification_id: UUID
    expires_at: datetime
    development: DevelopmentCode | None = None


class Account(Shape):
    """An account, for its owner and administrators. Those of an OpenID Connect provider have an id alone."""

    id: str
    email: str | None
    phone: str | None
    username: str | None
    created_at: datetime | None
    version: int


class Session(Shape):
    """A device that is signed in."""

    id: UUID
    created_at: datetime
    used_at: datetime
    expires_at: datetime


class SessionList(Shape):
    items: list[Session]
    next: str | None
