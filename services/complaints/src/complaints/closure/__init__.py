"""How a case ends and comes back: resolution, rating, reopening, appeal and its decision, withdrawal."""
