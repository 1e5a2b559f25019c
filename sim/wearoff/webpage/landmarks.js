// The landmarks of a course, by the definitions of model/landmarks.py: onset, full effect, peak, half effect, wear-off.
"use strict";

(() => {
  const { states, levels, slope } = wearoff.model;
  const { N, POINTS, SIZE } = wearoff.solver;
  const VISIBLE = states.indexOf("visible");
  const HALVINGS = 24; // of the bracket of a root: some days become a second
  const y = new Float64Array(N), slopes = new Float64Array(N), at = [0];

  /**
   * Returns the days of the landmarks, NaN for never and infinite for not by the last day; and the effect at the peak.
   * @param {Course} course
   * @returns {{onset: number, full_effect: number, peak: number, half_effect: number, wear_off: number,
   *   peak_effect: number}}
   */
  function findLandmarks(course) {
    const nodes = listNodes(course);
    const largest = findLargest(nodes, -Infinity);
    const top = findPass(nodes.falling, largest);
    const peak = top < 0 ? NaN : findRoot(nodes.days, top, (day) => slopeOn(course, day));
    const height = top < 0 ? NaN : effectOn(course, peak);
    const past = course.lastDose <= 0 ? top >= 0 : hasPeakAfter(nodes, course.lastDose);
    const untreated = course.steps.taken === 0 && course.lastDose < course.lastDay;
    const missing = past || untreated ? NaN : Infinity;
    const findDay = (pass, level) => findRoot(nodes.days, pass, (day) => effectOn(course, day) - level);
    const reach = (level) => {
      const pass = findPass(nodes.visible.map((value) => value >= level), 0);
      return pass < 0 ? missing : findDay(pass, level);
    };
    const lose = (level) => {
      if (nodes.visible[largest + 1] < level) return missing;
      const pass = findPass(nodes.visible.map((value) => value < level), largest);
      return pass < 0 ? Infinity : findDay(pass, level);
    };
    return {
      onset: reach(levels.onset),
      full_effect: top < 0 ? missing : reach(levels.full * height),
      peak: top < 0 ? missing : peak,
      half_effect: lose(levels.half),
      wear_off: lose(levels.wearOff),
      peak_effect: height,
    };
  }

  /** Returns the days of the start and of all points, the visible effect there, and whether it falls (1) or not (0). */
  function listNodes(course) {
    const { count, starts, widths, values } = course.steps, { points } = wearoff.model.radau;
    const length = count * (POINTS - 1) + 1;
    const days = new Float64Array(length), visible = new Float64Array(length), falling = new Uint8Array(length);
    for (let step = 0, node = 1; step < count; step++) {
      for (let point = 1; point < POINTS; point++, node++) {
        const place = step * SIZE + point * N;
        days[node] = starts[step] + widths[step] * points[point];
        visible[node] = values[place + VISIBLE];
        slope(values.subarray(place, place + N), course.c, slopes);
        falling[node] = slopes[VISIBLE] < 0 ? 1 : 0;
      }
    }
    return { days, visible, falling };
  }

  // Segment i is between node i and the next one.

  /** Returns the segment at whose end the effect is largest, of those that end after a day. */
  function findLargest({ days, visible }, after) {
    let largest = 0;
    for (let i = 1; i < visible.length; i++) {
      if (days[i] > after && (visible[i] > visible[largest + 1] || days[largest + 1] <= after)) largest = i - 1;
    }
    return largest;
  }

  function hasPeakAfter(nodes, day) {
    return day < nodes.days[nodes.days.length - 1] && findPass(nodes.falling, findLargest(nodes, day)) >= 0;
  }

  /** Returns the first segment, from one on, in which a flag becomes true; -1 if there is none. */
  function findPass(flags, from) {
    for (let i = from; i + 1 < flags.length; i++) if (flags[i + 1] && !flags[i]) return i;
    return -1;
  }

  /** Returns the day in a segment on which a function changes its sign, by halving. */
  function findRoot(days, segment, find) {
    let low = days[segment], high = days[segment + 1];
    const positive = find(high) > 0;
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (low + high) / 2;
      if (find(middle) > 0 === positive) high = middle;
      else low = middle;
    }
    return (low + high) / 2;
  }

  function effectOn(course, day) {
    at[0] = day;
    return course.read(VISIBLE, at)[0];
  }

  function slopeOn(course, day) {
    course.readAll(day, y);
    slope(y, course.c, slopes);
    return slopes[VISIBLE];
  }

  /**
   * Returns the landmarks for a reader.
   * @returns {Object<string, {day: ?number, outcome: string}>} `onset`, `full_effect`, `peak` (with its `effect`),
   *   `half_effect`, `wear_off`. The outcome is "REACHED", or without a day "NEVER" or "NOT_YET" (by the last day).
   */
  wearoff.Course.prototype.landmarks = function () {
    const { peak_effect: effect, ...days } = findLandmarks(this);
    const result = {};
    for (const [name, day] of Object.entries(days)) {
      const reached = Number.isFinite(day);
      result[name] = { day: reached ? day : null, outcome: reached ? "REACHED" : day === Infinity ? "NOT_YET" : "NEVER" };
    }
    result.peak.effect = Number.isFinite(effect) ? effect : null;
    return result;
  };

  Object.assign(wearoff, { findLandmarks });
})();
