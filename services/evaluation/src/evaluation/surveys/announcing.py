"""How a survey was held, in the words of its announcement: results are published with method and process (PermenPANRB 14/2017).

Who conducts the survey may tell it better; what they leave out is told from the survey itself. Pure.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

Labels = Mapping[str, str]
"""Indonesian labels of channels, by code."""


def method_of(survey: Mapping[str, Any], result: Mapping[str, Any], channels: Labels) -> str:
    """By which questionnaire, and how it reached the respondents. `result` as `results.survey_result` gives it."""
    used = [channels.get(cell["code"], cell["code"]) for cell in result["profile"].get("channel", [])]
    return (
        f"Kuesioner {len(survey['elements'])} unsur, skala {survey['scale_min']}–{survey['scale_max']}, "
        f"menurut {result['definition']['source']}. Cara: {', '.join(used)}."
    )


def process_of(survey: Mapping[str, Any], result: Mapping[str, Any], *, last_day: date) -> str:
    """When, from how many, out of how many. `last_day`: on which answers were taken."""
    counted = f"{result['n']} responden"
    if result["population"] is not None:
        counted += f" dari {result['population']} pengguna layanan; sampel minimal {result['sample_required']}"
    return (
        f"Jawaban diterima {survey['period_from']} s.d. {last_day}: {counted}. Bobot setiap unsur {result['weight']}."
    )
