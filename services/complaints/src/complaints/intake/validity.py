"""What makes a filing well-formed and complete: every flaw at once, and contacts in their one form. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from chassis.http.languages import Text
from chassis.http.problems import Flaw
from chassis.ops.identifiers import acceptable
from complaints.cases.classes import CLASSES_OF
from complaints.cases.lapor import VOCABULARY, meaning_of
from complaints.codes import Codes
from complaints.intake.schemas import Complaint, Location, Reporter
from complaints.reporters.contacts import read_email, read_national_id, read_phone

FORMAL = "formal_public_information"

_NEEDS_NAME = Text("Isi nama pelapor, atau pilih anonim.", "Give the reporter's name, or file anonymously.")
_NEEDS_CONTACT = Text(
    "Isi nomor telepon atau surel, atau pilih anonim.", "Give a phone number or e-mail address, or file anonymously."
)
_FORMAL_ANONYMOUS = Text(
    "Permohonan informasi publik memerlukan identitas (UU 14/2008); tanpa identitas, ajukan sebagai service_information.",
    "A request for public information needs an identity (UU 14/2008); without one, ask as service_information.",
)
_PHONE = Text("Bukan nomor telepon Indonesia.", "This isn't an Indonesian phone number.")
_EMAIL = Text("Bukan alamat surel.", "This isn't an e-mail address.")
_NIK = Text("Bukan NIK: 16 angka dengan tanggal lahir.", "This isn't a NIK: 16 digits with a date of birth.")
_PROXY_ANONYMOUS = Text(
    "Kuasa menyebut siapa yang diwakili (UU 25/2009 pasal 42 ayat (1)).",
    "A proxy names whom they act for (UU 25/2009 art. 42(1)).",
)
_NOT_A_REQUEST = Text("Ini untuk permintaan informasi.", "This is for requests for information.")
_OTHER_WORD = Text("Klasifikasi ini bukan untuk jenis laporan ini.", "This classification isn't one of this type.")
_FUTURE = Text("Tanggal kejadian belum tiba.", "The day it happened is in the future.")
_LONG_AGO = Text("Tanggal kejadian terlalu lampau.", "The day it happened is too long ago.")
_SUB_CLASS = Text("Subkelas ini bukan untuk jenis laporan ini.", "This sub-class isn't one of this type.")
_OWN_ID = Text("id harus berupa UUIDv7 yang tidak di masa depan.", "id must be a UUIDv7 that isn't in the future.")
_NOT_YET = Text("Waktu pengajuan belum tiba.", "The time of filing is in the future.")
_EASTERNMOST = ZoneInfo("Asia/Jayapura")
"""Where a day begins first in the country."""
_DRIFT = timedelta(minutes=1)
_HALF_A_PLACE = Text("Isi lat dan lon bersama.", "Give lat and lon together.")


class WhereAndWhen(Protocol):
    """What a filing and its completion both say."""

    @property
    def occurred_on(self) -> date | None: ...

    @property
    def region_code(self) -> str | None: ...

    @property
    def location(self) -> Location | None: ...


def all_flaws(filing: Complaint, codes: Codes, now: datetime) -> list[Flaw]:
    """Everything that is wrong with a filing that arrives now: its content, and what an offline client gave it."""
    found = flaws(filing, codes, latest_day(now))
    if filing.id is not None and not acceptable(filing.id, now):
        found.append(Flaw("/id", "uuid_version", _OWN_ID))
    if filing.client_filed_at is not None and filing.client_filed_at > now + _DRIFT:
        found.append(Flaw("/client_filed_at", "in_the_future", _NOT_YET))
    return found


def latest_day(now: datetime) -> date:
    """The day in the east of the country: what happened on a later one can't have happened yet anywhere."""
    return now.astimezone(_EASTERNMOST).date()


def flaws(filing: Complaint, codes: Codes, today: date) -> list[Flaw]:
    """Everything that is wrong with a filing; `today` is the latest local day of the country."""
    return [flaw for flaw in _flaws(filing, codes, today) if flaw is not None]


def _flaws(filing: Complaint, codes: Codes, today: date) -> Iterator[Flaw | None]:
    yield codes.flaw("channels", filing.channel, "/channel")
    yield codes.flaw("lapor_categories", filing.category, "/category")
    yield codes.flaw("case_sub_classes", filing.sub_class, "/sub_class")
    yield codes.flaw("appointment_roles", filing.accused_role, "/accused_role")
    for index, value in enumerate(filing.ethics_values):
        yield codes.flaw("ethics_values", value, f"/ethics_values/{index}")
    yield from fact_flaws(filing, codes, today)
    if filing.sub_class is not None and not _is_of_type(filing.sub_class, filing.type, codes):
        yield Flaw("/sub_class", "not_of_this_type", _SUB_CLASS)
    if filing.consent is not None:
        yield codes.flaw("consent_kinds", filing.consent.kind, "/consent/kind")
    yield from _information_flaws(filing, codes)
    yield from _lapor_flaws(filing, codes)
    if filing.anonymous and filing.proxy is not None:
        yield Flaw("/anonymous", "identity_needed", _PROXY_ANONYMOUS)
    if filing.anonymous and filing.sub_class == FORMAL:
        yield Flaw("/anonymous", "identity_needed", _FORMAL_ANONYMOUS)
    yield from _reporter_flaws(filing, codes)


def fact_flaws(given: WhereAndWhen, codes: Codes, today: date) -> Iterator[Flaw | None]:
    """What is wrong with where and when it happened; `today` as in `flaws`."""
    if given.occurred_on is not None and given.occurred_on > today:
        yield Flaw("/occurred_on", "in_the_future", _FUTURE)
    if given.occurred_on is not None and given.occurred_on.year < 1945:
        yield Flaw("/occurred_on", "too_long_ago", _LONG_AGO)
    if given.location is not None and (given.location.lat is None) != (given.location.lon is None):
        yield Flaw("/location", "half_a_place", _HALF_A_PLACE)
    yield codes.region_flaw(given.region_code, "/region_code")


def _information_flaws(filing: Complaint, codes: Codes) -> Iterator[Flaw | None]:
    wanted = filing.information
    if wanted is None:
        return
    if filing.type != "information_request":
        yield Flaw("/information", "not_of_this_type", _NOT_A_REQUEST)
    yield codes.flaw("information_forms", wanted.form, "/information/form")
    yield codes.flaw("information_deliveries", wanted.delivery, "/information/delivery")


def _lapor_flaws(filing: Complaint, codes: Codes) -> Iterator[Flaw | None]:
    word = filing.lapor_classification
    unknown = codes.flaw(VOCABULARY, word, "/lapor_classification")
    yield unknown
    if word is None or unknown is not None:
        return
    # LAPOR! has no word for an input: it comes as an aspiration.
    if meaning_of(word, codes).case_type != ("aspiration" if filing.type == "input" else filing.type):
        yield Flaw("/lapor_classification", "not_of_this_type", _OTHER_WORD)


def _is_of_type(sub_class: str, case_type: str, codes: Codes) -> bool:
    """Whether a sub-class belongs to a type; an unknown one is told of elsewhere."""
    if not codes.has("case_sub_classes", sub_class):
        return True
    return codes.attribute("case_sub_classes", sub_class, "class") in CLASSES_OF[case_type]


def _reporter_flaws(filing: Complaint, codes: Codes) -> Iterator[Flaw | None]:
    given = filing.reporter or Reporter()
    yield codes.flaw("reporter_kinds", given.kind, "/reporter/kind")
    if not filing.anonymous and not given.name:
        yield Flaw("/reporter/name", "missing", _NEEDS_NAME)
    if not filing.anonymous and not given.phone and not given.email:
        yield Flaw("/reporter/phone", "missing", _NEEDS_CONTACT)
    if given.phone and read_phone(given.phone) is None:
        yield Flaw("/reporter/phone", "phone", _PHONE)
    if given.email and read_email(given.email) is None:
        yield Flaw("/reporter/email", "email", _EMAIL)
    if given.national_id and read_national_id(given.national_id) is None:
        yield Flaw("/reporter/national_id", "national_id", _NIK)


def lacking(filing: Complaint) -> list[str]:
    """What UU 25/2009 art. 43(1) asks of a complaint and this one doesn't say as such (content_elements): triage sees it, and asks
    for it where the text doesn't say it either. It keeps no complaint out: nobody is sent away for want of form."""
    if filing.type != "complaint":
        return []
    given = filing.reporter or Reporter()
    said = {
        "full_address": filing.anonymous or bool(given.address),
        "loss": filing.loss_amount_idr is not None,
        "requested_solution": filing.requested_solution is not None,
    }
    return [element for element, known in said.items() if not known]


def identity_of(filing: Complaint) -> dict[str, Any] | None:
    """What is sealed of a filing without flaws, contacts in their one form; None if nothing personal was given."""
    given = filing.reporter or Reporter()
    found: dict[str, Any] = {
        "name": given.name,
        "phone": read_phone(given.phone) if given.phone else None,
        "email": read_email(given.email) if given.email else None,
        "national_id": read_national_id(given.national_id) if given.national_id else None,
        "address": given.address,
        "proxy": filing.proxy.model_dump() if filing.proxy else None,
    }
    return found if any(found.values()) else None
