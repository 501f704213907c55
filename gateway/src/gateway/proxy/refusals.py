"""The problems that only the gateway has, and how the data path answers with one."""

from typing import ClassVar

from starlette.responses import Response

from chassis.http.edge import API_VERSION
from chassis.http.languages import Text, negotiate
from chassis.http.problems import Problem, problem_response


class MalformedPath(Problem):
    status = 400
    code = "malformed_path"
    title = Text("Alamat tidak sah", "The address isn't valid")


class SlowCaller(Problem):
    status = 408
    code = "request_timeout"
    title = Text("Permintaan terlalu lambat dikirim", "The request was sent too slowly")


class HeadersTooLarge(Problem):
    status = 431
    code = "headers_too_large"
    title = Text("Header permintaan terlalu besar", "The request's headers are too large")


class RetryLater(Problem):
    """What these have in common: a fault behind the gateway, and when to try again."""

    retry_after_seconds: ClassVar[int] = 1

    def __init__(self) -> None:
        super().__init__(headers={"Retry-After": str(self.retry_after_seconds)})


class BrokenAnswer(RetryLater):
    status = 502
    code = "bad_gateway"
    title = Text("Layanan tidak menjawab dengan benar", "The service gave no proper answer")


class ServiceDown(RetryLater):
    status = 503
    code = "service_down"
    title = Text("Layanan sedang tidak tersedia", "The service isn't available")
    retry_after_seconds = 2


class Overloaded(RetryLater):
    status = 503
    code = "overloaded"
    title = Text("Terlalu banyak permintaan pada saat yang sama", "Too many requests at the same time")


class Restarting(RetryLater):
    """The gateway is told to end: who waited for news asks again, and is answered by the next one."""

    status = 503
    code = "restarting"
    title = Text("Gerbang sedang dimulai ulang, coba lagi", "The gateway is being restarted, try again")


class SlowService(RetryLater):
    status = 504
    code = "gateway_timeout"
    title = Text("Layanan tidak menjawab pada waktunya", "The service didn't answer in time")
    retry_after_seconds = 5


def reply(problem: Problem, *, accept_language: bytes, request_id: str) -> Response:
    """The problem as an answer, in the caller's language, with the request's id."""
    language = negotiate(accept_language.decode("latin-1"))
    response = problem_response(problem, language=language, request_id=request_id)
    response.headers["X-Request-Id"] = request_id
    response.headers["API-Version"] = API_VERSION.decode()
    return response
