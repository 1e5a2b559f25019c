"""Virtual trials: arms, and the results of many patients."""
