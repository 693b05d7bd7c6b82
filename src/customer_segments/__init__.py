"""Everything of the project that is Python: reading files, fitting, scoring, the command line."""
