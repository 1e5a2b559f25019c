"""Who the patients are: how they differ, and how they are rated."""
