"""When something is due, and why: the ledger of duties and of the times in which their clock stood still."""
