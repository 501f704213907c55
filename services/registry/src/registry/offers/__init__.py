"""Aspirations and input that reached complaints and name a service: offered to its next draft, by reference alone."""
