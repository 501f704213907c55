"""Everybody who may call: each role in reach, beside, elsewhere and above, clients of every kind, citizens and nobody.

A caller is named as the tables of rights name it: `unit_head` reaches the thing at hand, `unit_head@beside` heads another
unit of the same institution, `unit_head@elsewhere` one of another institution.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from support.services import EVERY_SCOPE, ServiceUnderTest

AT_UNITS = ("unit_head", "officer", "liaison")
AT_THE_INSPECTORATE = ("internal_auditor", "gratification_control_officer")
AT_INSTITUTIONS = (
    "supervisor",
    "responsible_officer",
    "institution_admin",
    "information_officer",
    "information_officer_superior",
    "evaluator",
    "data_protection_officer",
)
REACHING_ALL = ("national_admin", "ombudsman")
WITHIN = (*AT_UNITS, *AT_THE_INSPECTORATE, *AT_INSTITUTIONS)
"""Roles that act within an institution: with those that reach all, every role of the vocabulary appointment_roles."""
BESIDE = tuple(f"{role}@beside" for role in AT_UNITS)
ELSEWHERE = tuple(f"{role}@elsewhere" for role in WITHIN)
ABOVE = ("supervisor@above",)
HEAD_OF_AUDIT = "head_of_internal_audit"
"""The head of the inspectorate's unit, whom the protected path knows by this name (case-lifecycle §4)."""
OFFICERS = (HEAD_OF_AUDIT, *WITHIN, *BESIDE, *ELSEWHERE, *ABOVE, *REACHING_ALL)
CLIENTS = ("client", "client@elsewhere", "client_without_scope", "platform")
CALLERS = ("anonymous", "citizen", *OFFICERS, *CLIENTS)
KEPT_S = 30.0
"""A token lasts a minute; signing and verifying one takes longer than many a request."""
OF_AN_AGENCY = " ".join(scope for scope in EVERY_SCOPE.split() if scope not in ("platform:admin", "clients:manage"))
"""Every scope that an agency's own system may have."""


@dataclass
class Cast:
    """The callers of one service: accounts by the officer's name, and the two institutions that clients are bound to."""

    service: ServiceUnderTest
    institution_id: UUID
    elsewhere_id: UUID
    accounts: dict[str, str] = field(default_factory=dict)
    others: dict[str, Callable[[], Mapping[str, str]]] = field(default_factory=dict)
    """Further callers by name, and how their headers are made: the reporter of a case and the like."""
    _kept: dict[str, tuple[float, Mapping[str, str]]] = field(default_factory=dict)

    def headers(self, name: str) -> Mapping[str, str]:
        """What a caller sends. Raises KeyError for one who isn't of the cast."""
        made, headers = self._kept.get(name, (-KEPT_S, {}))
        if time.monotonic() - made >= KEPT_S:
            headers = self._headers(name)
            self._kept[name] = time.monotonic(), headers
        return headers

    def _headers(self, name: str) -> Mapping[str, str]:
        service = self.service
        if name in self.others:
            return self.others[name]()
        match name:
            case "anonymous":
                return service.anonymous()
            case "citizen":
                return service.account("warga")
            case "client":
                return service.headers("client:ours", scope=OF_AN_AGENCY, institution_id=self.institution_id)
            case "client@elsewhere":
                return service.headers("client:theirs", scope=OF_AN_AGENCY, institution_id=self.elsewhere_id)
            case "client_without_scope":
                return service.headers("client:bare", scope="webhooks:manage", institution_id=self.institution_id)
            case "platform":
                return service.bootstrap()
        return service.account(self.accounts[name])
