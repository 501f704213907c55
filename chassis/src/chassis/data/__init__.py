"""PostgreSQL: pool, statements, transactions, events and the feeds that carry them."""
