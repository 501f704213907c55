"""Wire models of the catalogues."""

from datetime import date

from chassis.http.models import Label, Shape


class ScaleStep(Shape):
    value: int
    label: Label


class Scale(Shape):
    min: int
    max: int
    labels: list[ScaleStep]


class EthicsValue(Shape):
    """A value of the code of ethics; complaints that name a protected one take the protected path."""

    code: str
    label: Label
    protected: bool


class EthicsValues(Shape):
    code: str
    version: int
    effective_from: date
    effective_to: date | None
    title: Label
    source: str
    scale: Scale
    items: list[EthicsValue]


class ConductRule(Shape):
    """A rule of conduct, with its letter in the law and the value that it serves."""

    code: str
    letter: str
    label: Label
    value: str


class ConductRules(Shape):
    code: str
    version: int
    effective_from: date
    effective_to: date | None
    title: Label
    source: str
    items: list[ConductRule]


class SanctionKind(Shape):
    code: str
    level: int
    severity: str
    label: Label


class Regime(Shape):
    """A legal regime with its ladder, the lightest first."""

    code: str
    label: Label
    source: str
    mark: str
    kinds: list[SanctionKind]


class RemedyRule(Shape):
    """A warning by `sanction` for an article that gives time to remedy; what follows unremedied is `then`."""

    sanction: str
    amount: int
    unit: str
    then: str
    source: str
    mark: str


class ObjectionRule(Shape):
    amount: int
    unit: str
    source: str
    mark: str


class SanctionCatalogue(Shape):
    code: str
    version: int
    effective_from: date
    effective_to: date | None
    title: Label
    source: str
    regimes: list[Regime]
    articles: dict[str, list[str]]
    remedy: RemedyRule
    objection: ObjectionRule
