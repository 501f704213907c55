"""Reorganisations: one declared event that changes units and institutions, and the lineage that it leaves."""
