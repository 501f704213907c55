"""Consultations on a draft standard: participants, sessions, public comments, dispositions, minutes, the public test."""
