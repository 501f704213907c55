"""Compensation (UU 25/2009 art. 42(3), 50(3)-(4)): what a reporter claims, what is awarded, by when it is paid, and that it was."""
