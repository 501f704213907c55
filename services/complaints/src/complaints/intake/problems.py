"""Why a filing isn't taken."""

from chassis.http.languages import Text
from chassis.http.problems import Conflict


class AlreadyFiled(Conflict):
    """A case with this id exists."""

    code = "already_filed"
    title = Text("Laporan dengan id ini sudah ada", "A case with this id exists already")
