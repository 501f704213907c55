"""Recaps that an agency took from SP4N-LAPOR!: files in, rows that statistics count beside the cases. No case comes of them."""
