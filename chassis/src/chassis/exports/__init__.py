"""Exports: a list under a filter as a file, made by a job at one snapshot, with a manifest, and fetched in as many parts as need be."""
