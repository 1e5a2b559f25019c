"use strict";
// The tracks of sliders; that of a constant goes from below its plausible range to above it, on a logarithmic scale.
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

  /** Return a drawn track under a slider: its root, and `set(low, high, mark)` for a range and a mark, each 0 to 1. */
  app.makeTrack = () => {
    const root = app.shape("svg", {
      class: "track",
      viewBox: "0 0 100 12",
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    });
    app.shape("rect", { class: "all", x: 0, y: 4, width: 100, height: 4 }, root);
    const range = app.shape("rect", { class: "plausible", y: 3, height: 6 }, root);
    const line = app.shape("path", { class: "default" }, root);
    const set = (low, high, mark) => {
      app.put(range, { x: 100 * low, width: 100 * (high - low) });
      app.put(line, { d: `M${100 * mark} 0V12` });
    };
    return { root, set };
  };
}
