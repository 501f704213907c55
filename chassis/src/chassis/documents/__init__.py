"""Documents to print and keep: Typst to PDF outside the event loop, QR codes, labels and dates in both languages."""
