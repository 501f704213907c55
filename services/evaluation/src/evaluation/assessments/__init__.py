"""PEKPPP: campaigns, evaluated units, evidence, answers, verification, objection, result. And the Ombudsman's opinions."""
