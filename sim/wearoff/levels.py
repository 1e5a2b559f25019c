"""The levels of the visible effect that define the landmarks: numbers that the model and the labels share."""

ONSET = 0.20
FULL = 0.95  # of the peak
HALF = 0.50
WEAR_OFF = 0.20
