"""Imports: a spreadsheet of the directory, checked row by row, then taken in as a whole or not at all."""
