"""The organisational registry: who is responsible for what, when, and what was promised."""
