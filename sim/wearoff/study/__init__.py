"""Many patients: populations, virtual trials, the published observations, fits to them, and what matters most."""
