"""One patient's own history: what it says of the patient, and when the next visit may be."""
