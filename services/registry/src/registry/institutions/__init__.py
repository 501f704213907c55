"""Institutions: dated versions, aliases, and who supervises whom."""
