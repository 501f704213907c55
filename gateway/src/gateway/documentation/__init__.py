"""The API's documentation: the merged OpenAPI document, a page to read it, and a page for each problem."""
