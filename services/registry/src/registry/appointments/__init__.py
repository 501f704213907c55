"""People, posts and appointments: who holds which seat, by which decree, from when to when; and who a caller is."""
