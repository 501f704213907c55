"""Categories and deadline policies: policy as versioned data, and which of it applies to a case."""
