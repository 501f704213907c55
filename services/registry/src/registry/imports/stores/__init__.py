"""What plans are made from and how they are written, in bulk; one module a kind."""
