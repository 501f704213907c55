"""Regions of Indonesia by Kemendagri code, with population and time zone: reference data, read only."""
