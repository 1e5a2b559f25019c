"""Virtual trials: arms, and what many patients show."""
