"""Who the patients are: how they differ, and how raters grade them."""
