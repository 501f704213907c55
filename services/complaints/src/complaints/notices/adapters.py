"""How a message leaves: the port, and its adapters. Addresses and texts are never logged."""

import asyncio
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from typing import NamedTuple, Protocol
from urllib.parse import unquote, urlsplit

import structlog

_TIMEOUT_S = 20.0
_PORTS = {"smtp": 25, "smtps": 465}

log = structlog.get_logger("complaints.delivery")


class Message(NamedTuple):
    """What is sent. `id` stays the same at each attempt, so that a mail that came twice can be told."""

    id: str
    kind: str
    address: str
    subject: str
    text: str


class SendFailed(Exception):
    """It wasn't taken. `final`: trying again is of no use. `reason` is a code, never an address."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.final = reason, final


class Adapter(Protocol):
    """One way out."""

    async def send(self, message: Message) -> None:
        """Hand the message over. Raises SendFailed."""


class LogAdapter:
    """For development: says that a message would have gone out."""

    def __init__(self, channel: str) -> None:
        self._channel = channel

    async def send(self, message: Message) -> None:
        log.info("would_send", channel=self._channel, kind=message.kind, message_id=message.id)


class SmtpAdapter:
    """A mail server at `smtp://user:password@host:port` (STARTTLS where it is offered) or `smtps://…`."""

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ValueError("it must be smtp://host:port or smtps://host:port")
        self._secure = parts.scheme == "smtps"
        self._host, self._port = parts.hostname, parts.port or _PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = sender

    async def send(self, message: Message) -> None:
        """In a thread: the standard library's client blocks."""
        await asyncio.to_thread(self._send, _mail(message, self._sender))

    def _send(self, mail: EmailMessage) -> None:
        try:
            with self._connect() as server:
                if self._user:
                    server.login(self._user, self._password)
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise SendFailed("recipient_refused", final=all(code >= 500 for code in codes)) from None
        except smtplib.SMTPResponseException as error:
            raise SendFailed(f"smtp_{error.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise SendFailed(type(error).__name__) from None

    def _connect(self) -> smtplib.SMTP:
        if self._secure:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=_TIMEOUT_S, context=ssl.create_default_context())
        server = smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT_S)
        try:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            elif self._user:
                raise SendFailed("no_starttls")  # a password isn't sent in the clear
        except BaseException:
            server.close()
            raise
        return server


def _mail(message: Message, sender: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, message.address, message.subject
    mail["Message-ID"] = f"<{message.id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    return mail


def adapters_of(smtp_url: str | None, sender: str, *, development: bool) -> Mapping[str, Adapter]:
    """The ways out by channel. In development what has no adapter is logged; in production it isn't offered."""
    found: dict[str, Adapter] = {name: LogAdapter(name) for name in ("email", "sms")} if development else {}
    if smtp_url:
        found["email"] = SmtpAdapter(smtp_url, sender)
    return found
