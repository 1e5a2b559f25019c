"""The published observations: what is predicted for them, and what a fit to them says."""
