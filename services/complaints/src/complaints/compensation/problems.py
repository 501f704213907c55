"""Why a claim, its decision or its payment isn't taken."""

from chassis.http.languages import Text
from chassis.http.problems import Conflict, Flaw, Unprocessable

_AMOUNT = Text("Sebutkan jumlah yang diputuskan.", "State the amount that is awarded.")
_PAY_BY = Text("Sebutkan batas pembayarannya.", "State the last day of payment.")
_PAST = Text("Batas pembayaran sudah lewat.", "The last day of payment has passed.")
_WHOLE = Text("Catat pembayaran seluruh jumlah yang diputuskan.", "Record the payment of the whole amount awarded.")
_NOT_YET = Text("Hari pembayaran belum tiba.", "The day of payment is in the future.")
_BEFORE = Text("Hari pembayaran mendahului putusannya.", "The day of payment is before the decision.")
_NOT_REJECTED = Text("Penolakan tidak memuat jumlah.", "A rejection states no amount.")


def _flawed(pointer: str, code: str, detail: Text) -> Unprocessable:
    return Unprocessable(detail, errors=[Flaw(pointer, code, detail)])


def amount_missing() -> Unprocessable:
    return _flawed("/amount_idr", "missing", _AMOUNT)


def pay_by_missing() -> Unprocessable:
    return _flawed("/pay_by", "missing", _PAY_BY)


def pay_by_past() -> Unprocessable:
    return _flawed("/pay_by", "in_the_past", _PAST)


def rejected_with_amount() -> Unprocessable:
    return _flawed("/amount_idr", "not_with_a_rejection", _NOT_REJECTED)


def not_the_whole() -> Unprocessable:
    return _flawed("/amount_idr", "amount_differs", _WHOLE)


def paid_in_future() -> Unprocessable:
    return _flawed("/paid_on", "in_the_future", _NOT_YET)


def paid_before_award() -> Unprocessable:
    return _flawed("/paid_on", "before_the_decision", _BEFORE)


class NotClaimable(Conflict):
    """Only an identified reporter claims compensation, by a complaint that isn't over."""

    code = "not_claimable"
    title = Text("Laporan ini tidak dapat memuat tuntutan ganti rugi", "This case can't hold a claim for compensation")


class ClaimDecided(Conflict):
    """What was decided is contested by an appeal, not by another claim."""

    code = "claim_decided"
    title = Text("Tuntutan ini sudah diputus", "The claim was decided already")


class NothingClaimed(Conflict):
    """There is no claim that this step could follow."""

    code = "nothing_claimed"
    title = Text("Tidak ada tuntutan yang menunggu langkah ini", "No claim waits for this step")
