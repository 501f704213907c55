"""What evaluation keeps of cases and standards, beside the registry copy: one row a subject, as its newest event says."""
