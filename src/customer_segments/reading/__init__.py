"""Invoice files: which rows they hold, and how to read them."""
