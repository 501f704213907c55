"""Exports of the registry: its main lists as files."""
