"""What a service prints with: its press, the labels of codes, and the address that the public knows the gateway by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from chassis.documents.press import Press
from chassis.documents.wording import Labels
from chassis.http.vocabularies import read_vocabularies
from chassis.ops.settings import ServiceSettings


@dataclass(frozen=True, slots=True)
class Printing:
    """`public_url` has no slash at its end."""

    press: Press
    labels: Labels
    public_url: str


def open_printing(settings: ServiceSettings, vocabularies: Sequence[str]) -> Printing:
    """For `app.state.printing`. `vocabularies`: files of data/vocabularies whose codes are printed."""
    labels = Labels(read_vocabularies(settings.data_dir, vocabularies))
    return Printing(Press(), labels, (settings.public_url or settings.gateway_url).rstrip("/"))


async def _printing(request: Request) -> Printing:
    found: Printing = request.app.state.printing
    return found


Printer = Annotated[Printing, Depends(_printing)]
