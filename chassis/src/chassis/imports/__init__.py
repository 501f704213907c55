"""Files that people send: read in a process of their own, under limits, into rows and what is wrong with them. No table of its own."""
