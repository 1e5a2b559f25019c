"""The speed figures: each against a peer in the same run, as a ratio."""
