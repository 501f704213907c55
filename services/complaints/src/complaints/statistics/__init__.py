"""Statistics of cases: roll-ups kept in batches, what is read from them, and what anybody may see. No case is changed here."""
