"""The microservice chassis: what every Prima process needs. No word of the domain enters here."""
