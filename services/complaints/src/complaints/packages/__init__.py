"""All that a body outside needs of a case in one download: what the reporter takes to the Ombudsman, or the agency hands over."""
