"""Studies that anyone can run again: where the defaults come from, and whether a fit finds what is known."""
