"""What several tests stand on: databases cloned from migrated templates, callers, applications."""
