"""Service standards: the 14-component promise in versions, from draft to the version in force on any day."""
