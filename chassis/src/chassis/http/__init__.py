"""HTTP: the application's frame, its refusals, and the conventions every endpoint keeps."""
