"""Whose case it is: offers to units and their answers, disputes between them, transfers between institutions."""
