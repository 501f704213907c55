"""The catalogue of public services: what is offered by whom, where, when, to whom and on which legal basis."""
