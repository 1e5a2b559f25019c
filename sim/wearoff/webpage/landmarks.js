// The landmarks of a course, by the definitions of model/landmarks.py: onset, full effect, peak, half effect, wear-off.
//
// They are found between nodes: the start and the points of the steps, and the days on which the effect turns. Between
// two nodes the effect only rises or only falls.
"use strict";

(() => {
  const { states, levels, slope, longestRise, radau } = wearoff.model;
  const { N, POINTS, SIZE } = wearoff.solver;
  const VISIBLE = states.indexOf("visible"), SNAP25 = states.indexOf("snap25");
  const HALVINGS = 24; // of the days between two nodes: some days become a second
  const y = new Float64Array(N), slopes = new Float64Array(N);

  /**
   * Returns the days of the landmarks, NaN for never and infinite for not by the last day; and the effect at the peak.
   * @param {Course} course
   * @returns {{onset: number, full_effect: number, peak: number, half_effect: number, wear_off: number,
   *   peak_effect: number}}
   */
  function findLandmarks(course) {
    const nodes = addTurns(course, listNodes(course)), { days, visible, falling } = nodes;
    const largest = findLargest(nodes, -Infinity);
    const top = findPass(falling, largest);
    const height = top < 0 ? NaN : visible[top + 1];
    const past = course.lastDose <= 0 ? top >= 0 : hasPeakAfter(nodes, course.lastDose) || fallsForEver(course);
    const untreated = course.steps.taken === 0 && course.lastDose < course.lastDay;
    const missing = past || untreated ? NaN : Infinity;
    const reach = (level) => {
      const pass = findPass(visible.map((value) => value >= level), 0);
      return pass < 0 ? missing : findDay(days, pass, (day) => readEffect(course, day) >= level);
    };
    const lose = (level) => {
      if (visible[largest + 1] < level) return missing;
      const pass = findPass(visible.map((value) => value < level), largest);
      return pass < 0 ? Infinity : findDay(days, pass, (day) => readEffect(course, day) < level);
    };
    return {
      onset: reach(levels.onset),
      full_effect: top < 0 ? missing : reach(levels.full * height),
      peak: top < 0 ? missing : days[top + 1],
      half_effect: lose(levels.half),
      wear_off: lose(levels.wearOff),
      peak_effect: height,
    };
  }

  /** Returns the days of the start and of all points, the visible effect there, and whether it falls. */
  function listNodes(course) {
    const { count, starts, widths, values } = course.steps, { points } = radau;
    const days = [0], visible = [0], falling = [false];
    for (let step = 0; step < count; step++) {
      for (let point = 1; point < POINTS; point++) {
        const place = step * SIZE + point * N;
        for (let i = 0; i < N; i++) y[i] = values[place + i];
        slope(y, course.c, slopes);
        days.push(starts[step] + widths[step] * points[point]);
        visible.push(y[VISIBLE]);
        falling.push(slopes[VISIBLE] < 0);
      }
    }
    return { days, visible, falling };
  }

  /** Returns the nodes with those added at which the effect begins to fall or to rise. */
  function addTurns(course, nodes) {
    const result = { days: [], visible: [], falling: [] };
    const add = (day, effect, falls) => {
      result.days.push(day);
      result.visible.push(effect);
      result.falling.push(falls);
    };
    nodes.days.forEach((day, i) => {
      const falls = nodes.falling[i];
      if (i > 0 && falls !== nodes.falling[i - 1]) {
        const turn = findDay(nodes.days, i - 1, (each) => readSlope(course, each) < 0 === falls);
        add(turn, readEffect(course, turn), falls);
      }
      add(day, nodes.visible[i], falls);
    });
    return result;
  }

  // Segment i is between node i and the next one.

  /** Returns the segment at whose end the effect is largest, of those that end after a day. */
  function findLargest({ days, visible }, after) {
    let largest = -1;
    for (let i = 1; i < visible.length; i++) {
      if (days[i] > after && (largest < 0 || visible[i] > visible[largest + 1])) largest = i - 1;
    }
    return largest;
  }

  function hasPeakAfter(nodes, day) {
    const largest = findLargest(nodes, day);
    return largest >= 0 && findPass(nodes.falling, largest) >= 0;
  }

  /** Returns whether the effect falls at the end and later, although it may have no peak after the last dose. */
  function fallsForEver(course) {
    if (course.lastDay < course.lastDose + longestRise(course.c)) return false;
    course.readAll(course.lastDay, y);
    slope(y, course.c, slopes);
    return slopes[VISIBLE] < 0 && slopes[SNAP25] >= 0;
  }

  /** Returns the first segment, from one on, in which a flag becomes true; -1 if there is none. */
  function findPass(flags, from) {
    for (let i = from; i + 1 < flags.length; i++) if (flags[i + 1] && !flags[i]) return i;
    return -1;
  }

  /** Returns the day in a segment from which on something holds, which holds at its end and not at its start. */
  function findDay(days, segment, holds) {
    let low = days[segment], high = days[segment + 1];
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (low + high) / 2;
      if (holds(middle)) high = middle;
      else low = middle;
    }
    return high;
  }

  function readEffect(course, day) {
    course.readAll(day, y);
    return y[VISIBLE];
  }

  function readSlope(course, day) {
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
      if (Number.isFinite(day)) result[name] = { day, outcome: "REACHED" };
      else result[name] = { day: null, outcome: day === Infinity ? "NOT_YET" : "NEVER" };
    }
    result.peak.effect = Number.isFinite(effect) ? effect : null;
    return result;
  };

  Object.assign(wearoff, { findLandmarks });
})();
