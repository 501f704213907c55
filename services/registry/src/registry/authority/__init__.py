"""Who acts, answers and supervises: the directory's resolver over the registry's own tables. No table of its own."""
