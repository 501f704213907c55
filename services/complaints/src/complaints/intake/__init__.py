"""Taking in cases: what may be filed, where it goes, the one statement that writes it, the receipt."""
