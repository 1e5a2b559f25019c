"""Defaults that the command's help names too: numbers alone, so that the help needs no other module."""

INTERVALS = (84, 90, 120, 150, 180)  # days between visits that are compared
TWO_YEARS = 730  # days over which spacing is judged
FILM_DAYS = 180  # days of a film
SHARE = 0.8  # of patients in whom the command keeps the level
SEED = 1  # of every draw of virtual patients
