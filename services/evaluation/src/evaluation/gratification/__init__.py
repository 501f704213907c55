"""Gratification reports: what an officer was given or refused, told to the UPG or the KPK, and their clocks."""
