"""A fit to patients one by one: their treatments, what was seen of them, and how they differ."""
