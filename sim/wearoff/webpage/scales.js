"use strict";
// The track of a constant: a slider from below its plausible range to above it, on a logarithmic scale.
{
  const STEPS = 1000;
  const BEYOND = 2; // the track ends this factor outside of the plausible range

  /** Return the ends of the track of a constant: the plausible range and more, within what is possible. */
  app.track = (row) => ({
    low: Math.max(row.low / BEYOND, row.minimum),
    high: Math.min(row.high * BEYOND, row.maximum ?? Infinity),
  });

  app.trackSteps = STEPS;

  /** Return the place of a value on the track, 0 to `app.trackSteps`. */
  app.trackPlace = (row, value) => {
    const { low, high } = app.track(row);
    return Math.round((STEPS * Math.log(value / low)) / Math.log(high / low));
  };

  /** Return the value at a place on the track; the place of the default gives the default itself. */
  app.trackValue = (row, place) => {
    if (place === app.trackPlace(row, row.value)) return row.value;
    const { low, high } = app.track(row);
    return Number((low * (high / low) ** (place / STEPS)).toPrecision(3));
  };
}
