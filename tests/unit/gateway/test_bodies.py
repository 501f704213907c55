"""A body is counted whatever the server in front says: the service never gets more or less than was announced."""

from collections.abc import Iterator

import pytest

from chassis.http.problems import BadRequest, BodyTooLarge
from gateway.proxy.bodies import Body, Message
from gateway.proxy.departure import CallerGone


def body_of(*parts: bytes | None, length: int | None = None, limit_bytes: int = 100) -> Body:
    """A body that comes in these parts; None: the caller leaves. It ends with its last part."""

    def messages() -> Iterator[Message]:
        for position, part in enumerate(parts, start=1):
            if part is None:
                yield {"type": "http.disconnect"}
            else:
                yield {"type": "http.request", "body": part, "more_body": position < len(parts)}

    coming = messages()

    async def receive() -> Message:
        return next(coming)

    return Body(receive, length=length, chunked=length is None, limit_bytes=limit_bytes)


@pytest.mark.parametrize(
    ("parts", "length", "kept_bytes", "expected"),
    [
        ((b"abc",), 3, 10, (b"abc", False)),
        ((b"abc", b"de"), 5, 10, (b"abcde", False)),
        ((b"abc", b"de", b""), None, 10, (b"abcde", False)),
        ((b"abc", b"de", b"f"), 6, 5, (b"", True)),  # too large to be kept: not even begun
        ((b"abc", b"def", b"g"), None, 5, (b"abcdef", True)),  # of unknown length: read until it is too large
        ((), 0, 10, (b"", False)),
    ],
)
async def test_a_small_body_is_read_at_once(
    parts: tuple[bytes, ...], length: int | None, kept_bytes: int, expected: tuple[bytes, bool]
) -> None:
    assert await body_of(*parts, length=length).beginning(kept_bytes) == expected


@pytest.mark.parametrize("parts", [(b"abcd",), (b"ab", b"cd"), (b"ab",), (b"a", b"b", b"")])
async def test_a_body_that_is_not_as_long_as_announced_is_refused(parts: tuple[bytes, ...]) -> None:
    with pytest.raises(BadRequest):
        await body_of(*parts, length=3).beginning(10)


async def test_a_body_above_the_limit_is_refused_when_it_passes_it() -> None:
    body = body_of(b"a" * 60, b"a" * 40, b"a", b"a")
    assert await body.next_part() == (b"a" * 60, True)
    assert await body.next_part() == (b"a" * 40, True)
    with pytest.raises(BodyTooLarge):
        await body.next_part()


async def test_a_caller_who_leaves_has_sent_no_body() -> None:
    with pytest.raises(CallerGone):
        await body_of(b"ab", None, length=3).beginning(10)
