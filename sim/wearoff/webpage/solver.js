// The solution of the equations, by collocation at Radau points (Radau IIA, order 5), in steps of controlled error.
//
// The equations are a cascade: each state is linear in itself and depends on earlier states only. A step solves them
// one after the other, three linear equations for each. The error of a step is estimated from the defect: how far the
// slope of the polynomial is from the slope of the equations between the Radau points. The method is L-stable, so that
// quick states need no short steps.
"use strict";

(() => {
  const { states, initial, compartments, parts, slope, uptake, radau } = wearoff.model;
  const N = states.length, AMOUNTS = compartments.length, DEPOT = states.indexOf("depot");
  const POINTS = radau.points.length, SIZE = N * POINTS;
  const [p0, p1, p2, p3] = radau.points, [w0, w1, w2, w3] = radau.barycentric;
  const [, [d10, d11, d12, d13], [d20, d21, d22, d23], [d30, d31, d32, d33]] = radau.derivative;

  // The allowed estimate of the error of a step: of fractions, and of amounts as a share of what was taken up.
  const TOLERANCE = 3e-5;
  const PLACE = 0.36; // where the defect is taken in a step: between two points, where it is largest
  // The first step after a dose, in time constants of the quickest state; the next step is at most GROWTH as long.
  const FIRST = 0.5, GROWTH = 4, SHRINK = 0.2, SAFETY = 0.9;
  const SHORTEST = 1e-9; // days: doses closer together are one
  const MOST_STEPS = 2000; // for each dose

  // Used again by every solution: start and width of each step, and the states at its start and points.
  let room = 256;
  let starts = new Float64Array(room), widths = new Float64Array(room), values = new Float64Array(room * SIZE);
  const at = radau.points.map(() => new Float64Array(N)); // the states at the start and at the points of a step
  const between = new Float64Array(N), slopes = new Float64Array(N), scale = new Float64Array(N);
  const rates = new Float64Array(POINTS), sources = new Float64Array(POINTS), stiffness = new Float64Array(N);
  const weights = new Float64Array(POINTS), derivatives = new Float64Array(POINTS);
  weigh(PLACE, weights);
  weighSlope(PLACE, derivatives);

  /** Writes the weights of the values at the points for a place from 0 to 1 in a step (Lagrange's polynomials). */
  function weigh(place, into) {
    const s0 = place - p0, s1 = place - p1, s2 = place - p2, s3 = place - p3;
    into[0] = w0 * s1 * s2 * s3;
    into[1] = w1 * s0 * s2 * s3;
    into[2] = w2 * s0 * s1 * s3;
    into[3] = w3 * s0 * s1 * s2;
  }

  /** Writes the weights of the values at the points for the slope at a place, for a step of length 1. */
  function weighSlope(place, into) {
    const own = new Float64Array(POINTS);
    weigh(place, own);
    for (let j = 0; j < POINTS; j++) {
      into[j] = 0;
      for (let i = 0; i < POINTS; i++) into[j] += own[i] * radau.derivative[i][j];
    }
  }

  /** Solves one step of a length from the states `at[0]`; a state is never negative. */
  function solveStep(length, c) {
    const y0 = at[0], y1 = at[1], y2 = at[2], y3 = at[3];
    for (let i = 0; i < N; i++) {
      parts[i](at, c, rates, sources);
      const start = y0[i];
      const a11 = d11 + length * rates[1], a22 = d22 + length * rates[2], a33 = d33 + length * rates[3];
      const b1 = length * sources[1] - d10 * start;
      const b2 = length * sources[2] - d20 * start;
      const b3 = length * sources[3] - d30 * start;
      stiffness[i] = length * rates[3];
      // Gauss's elimination. The pivots are positive for any rates, so that rows need no exchange.
      const f2 = d21 / a11, f3 = d31 / a11;
      const e22 = a22 - f2 * d12, e23 = d23 - f2 * d13, g2 = b2 - f2 * b1;
      const e32 = d32 - f3 * d12, e33 = a33 - f3 * d13, g3 = b3 - f3 * b1;
      const f = e32 / e22;
      const x3 = (g3 - f * g2) / (e33 - f * e23);
      const x2 = (g2 - e23 * x3) / e22;
      const x1 = (b1 - d12 * x2 - d13 * x3) / a11;
      y1[i] = x1 > 0 ? x1 : 0;
      y2[i] = x2 > 0 ? x2 : 0;
      y3[i] = x3 > 0 ? x3 : 0;
    }
  }

  /** Returns the estimated error of the step that was solved, in units of the tolerance. */
  function estimateError(length, c) {
    const y0 = at[0], y1 = at[1], y2 = at[2], y3 = at[3];
    for (let i = 0; i < N; i++) {
      const value = weights[0] * y0[i] + weights[1] * y1[i] + weights[2] * y2[i] + weights[3] * y3[i];
      between[i] = value > 0 ? value : 0;
    }
    slope(between, c, slopes);
    let most = 0;
    for (let i = 0; i < N; i++) {
      const found = derivatives[0] * y0[i] + derivatives[1] * y1[i] + derivatives[2] * y2[i] + derivatives[3] * y3[i];
      const defect = Math.abs(found - length * slopes[i]) / (1 + stiffness[i]);
      most = Math.max(most, defect * scale[i]);
    }
    return most / TOLERANCE;
  }

  /** Writes the accepted step into the tables, and makes its end the next start. */
  function keepStep(count, day, length) {
    if (count === room) {
      room *= 2;
      starts = enlarge(starts, room);
      widths = enlarge(widths, room);
      values = enlarge(values, room * SIZE);
    }
    starts[count] = day;
    widths[count] = length;
    // A loop is faster than `set` for a few numbers.
    for (let point = 0, place = count * SIZE; point < POINTS; point++) {
      const y = at[point];
      for (let i = 0; i < N; i++) values[place++] = y[i];
    }
    for (let i = 0; i < N; i++) at[0][i] = at[POINTS - 1][i];
  }

  function enlarge(array, length) {
    const larger = new Float64Array(length);
    larger.set(array);
    return larger;
  }

  /** Solves from a day to another, after `count` steps; returns the number of steps. */
  function cross(from, to, count, c) {
    let quickest = 0;
    at[1].set(at[0]);
    for (let i = 0; i < N; i++) {
      parts[i](at, c, rates, sources);
      quickest = Math.max(quickest, rates[1]);
    }
    let length = FIRST / quickest, day = from, tried = 0;
    while (day < to) {
      if (++tried > MOST_STEPS) throw new RangeError("the effect is not resolved: a constant or a dose is too extreme");
      // The last step ends on the day itself, and the one before it is not much longer.
      const left = to - day;
      if (length > left) length = left;
      else if (length > left / 2) length = left / 2;
      solveStep(length, c);
      const error = estimateError(length, c);
      const factor = Math.min(GROWTH, Math.max(SHRINK, SAFETY / Math.sqrt(Math.sqrt(error))));
      if (error <= 1) {
        keepStep(count++, day, length);
        day = length === left ? to : day + length;
        length *= factor;
      } else {
        length *= error > 1 ? Math.min(factor, SAFETY) : SHRINK; // not a number: shorter
      }
    }
    return count;
  }

  /** Keeps the states as they are without toxin, in one step; returns the number of steps. */
  function stay(from, to, count) {
    for (let point = 1; point < POINTS; point++) at[point].set(at[0]);
    keepStep(count, from, to - from);
    return count + 1;
  }

  /**
   * Solves the equations from day 0 to the last day.
   * @param {Object<string, number>} c - The constants under their symbols.
   * @param {{day: number, units: number}[]} visits - Days from 0, ascending; U of onabotulinumtoxinA. Doses of one day
   *   are added up; those after the last day have no effect.
   * @param {number} lastDay
   * @returns {{count: number, taken: number, starts: Float64Array, widths: Float64Array, values: Float64Array}} The
   *   number of steps, the units taken up, and the tables of the steps, which the next call uses again.
   */
  function integrate(c, visits, lastDay) {
    at[0].set(initial);
    let count = 0, day = 0, taken = 0;
    for (let i = 0; i <= visits.length; ) {
      const end = i < visits.length && visits[i].day < lastDay - SHORTEST;
      const next = end ? visits[i].day : lastDay;
      for (let k = 0; k < N; k++) scale[k] = k < AMOUNTS && taken > 0 ? 1 / taken : 1;
      if (next > day) count = taken > 0 ? cross(day, next, count, c) : stay(day, next, count);
      if (!end) break;
      day = next;
      let units = 0;
      for (; i < visits.length && visits[i].day - day <= SHORTEST; i++) units += visits[i].units;
      const dose = uptake(units, c);
      at[0][DEPOT] += dose;
      taken += dose;
    }
    return { count, taken, starts, widths, values };
  }

  wearoff.solver = { integrate, weigh, N, POINTS, SIZE };
})();
