"""The published observations, their predictions, and fits to them."""
