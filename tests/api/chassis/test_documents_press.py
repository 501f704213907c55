"""The press: processes of their own, few at a time, a bounded queue, a limit on time, and a shelf for what was published."""

import asyncio
import sys
from datetime import UTC, datetime

import pytest

from chassis.documents.compositor import compose
from chassis.documents.document import Document
from chassis.documents.press import NotPrinted, Press, PressBusy

SOURCE = "#let content = json(bytes(sys.inputs.content))\n#content.text"
ENDLESS = (sys.executable, "-I", "-c", "import time; time.sleep(60)")
ECHO = "import sys, os; sys.stdout.buffer.write(str(os.getpid()).encode())"


def document(text: str = "Maklumat", source: str = SOURCE) -> Document:
    return Document(source, {"text": text}, datetime(2026, 1, 5, tzinfo=UTC))


def press(code: str | None = None) -> Press:
    """A press; with `code` its processes are Python programs of these words."""
    return Press() if code is None else Press(command=(sys.executable, "-I", "-c", code))


async def test_a_process_makes_the_same_bytes_as_any_other() -> None:
    first, second = await asyncio.gather(press().make(document()), press().make(document()))
    assert first == second == compose(document().job)
    assert first.startswith(b"%PDF-")


async def test_what_is_published_is_made_once_however_many_ask() -> None:
    counting = press(ECHO)
    found = await asyncio.gather(*(counting.find(document()) for _ in range(5)))
    assert len(set(found)) == 1
    assert await counting.find(document()) == found[0]
    assert await counting.find(document("another")) != found[0]


async def test_what_one_person_reads_is_made_anew() -> None:
    counting = press(ECHO)
    assert await counting.make(document()) != await counting.make(document())


async def test_a_process_has_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_KEY", "secret")
    told = await press("import sys, os; sys.stdout.write(repr('IDENTITY_KEY' in os.environ))").make(document())
    assert told == b"False"


async def test_a_slow_document_is_ended_and_the_press_goes_on() -> None:
    slow = Press(command=ENDLESS, at_once=1, limit_s=0.2)
    for _ in range(2):
        with pytest.raises(NotPrinted):
            await slow.make(document())


async def test_more_than_the_queue_holds_is_refused_at_once() -> None:
    full = Press(command=ENDLESS, at_once=1, queue=1, patience_s=0.3, limit_s=2)
    working = asyncio.create_task(full.make(document()))
    await asyncio.sleep(0)
    waiting = asyncio.create_task(full.make(document()))
    await asyncio.sleep(0)
    with pytest.raises(PressBusy) as refused:
        await full.make(document())
    assert refused.value.headers["Retry-After"]
    with pytest.raises(PressBusy):
        await waiting
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working


async def test_a_source_in_error_is_refused_without_its_words() -> None:
    with pytest.raises(NotPrinted) as refused:
        await press().make(document(source="#nonsense("))
    assert "nonsense" not in str(refused.value)
    assert (refused.value.status, refused.value.code) == (503, "document_not_printed")


async def test_no_file_of_the_machine_can_be_read() -> None:
    with pytest.raises(NotPrinted):
        await press().make(document(source='#read("/etc/passwd")'))
    with pytest.raises(NotPrinted):
        await press().make(document(source='#read("../../../../../etc/passwd")'))
