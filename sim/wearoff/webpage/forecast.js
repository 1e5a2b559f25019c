// One patient's forecast: the course, and the day on which a level of the effect is lost, as forecasts/forecasting.py.
"use strict";

(() => {
  const { states, depth, forecasts } = wearoff.model;
  const { chiSquaredChance, weightedQuantiles } = wearoff.chances;
  const { makeLikelihood, samplePosterior } = wearoff.posterior;
  const SKIN = ["visible", "crease"].map((name) => states.indexOf(name)), [VISIBLE] = SKIN;
  const SEED = 1, PAUSE = 4;
  const INTERVALS = [0.5, 0.25, 0.75, 0.1, 0.9]; // the median, a half and four fifths
  const SHARES = [0.05, 0.25, 0.5, 0.75, 0.95];
  const WEEK = 7;
  const FINE_DAYS = 8, FINE = 4; // days after a visit on which the effect is kept, and how often a day

  /** What a history says of a patient: weighted draws, and the visible effect of each on `days`. */
  class Forecast {
    /**
     * @param {Object} posterior - From `samplePosterior`.
     * @param {Float64Array} days - From day 0.
     * @param {Float32Array[]} visible - Of each draw, on these days.
     * @param {{looks: number, lastVisit: number, labelDay: number}} known
     */
    constructor(posterior, days, visible, known) {
      /** The number of equally weighted draws that the draws are worth: below 100 the answer cannot be trusted. */
      this.effective = posterior.effective;
      /** The chance of a history as unlikely as this; below 0.001 it contradicts the model. */
      this.surprise = known.looks ? chiSquaredChance(known.looks, posterior.least) : 1;
      this.weights = posterior.weights;
      this.days = days;
      this.visible = visible;
      this.known = known;
    }

    /**
     * Returns when the effect falls below a level after the last visit.
     * @param {number} keep - Above 0, at most 1.
     * @returns {{day: number, half: number[], four_fifths: number[], label_day: number, never: number,
     *   lost: {day: number, weeks: number, chance: number}[]}} Days from day 0 of the visits, infinite if later than
     *   the forecast: the median, the intervals of 50 and 80 %. `never` is the chance that the level is not reached
     *   after the last visit: then it is lost on that day. `lost` is the chance to have lost it, by week after the
     *   last visit.
     */
    nextVisit(keep) {
      const { lastVisit, labelDay } = this.known;
      const from = this.days.findIndex((day) => day >= lastVisit);
      let never = 0;
      const loss = Float64Array.from(this.visible, (row, draw) => {
        const day = this.findLoss(row, from, keep);
        if (day !== null) return day;
        never += this.weights[draw];
        return lastVisit;
      });
      const [day, low, high, lowest, highest] = weightedQuantiles(loss, this.weights, INTERVALS);
      const weeks = Math.floor((this.days[this.days.length - 1] - lastVisit) / WEEK);
      const lost = Array.from({ length: weeks + 1 }, (_, i) => ({ day: lastVisit + WEEK * i, weeks: i, chance: 0 }));
      loss.forEach((each, draw) => {
        for (const row of lost) if (each <= row.day) row.chance = Math.min(row.chance + this.weights[draw], 1);
      });
      const intervals = { half: [low, high], four_fifths: [lowest, highest] };
      return { day, ...intervals, label_day: labelDay, never: Math.min(never, 1), lost };
    }

    /** Returns the day on which a draw is last at a level; null if it never is, infinite if it is at the end. */
    findLoss(row, from, level) {
      let last = row.length - 1;
      while (last >= from && row[last] < level) last--;
      if (last < from) return null;
      if (last === row.length - 1) return Infinity;
      const part = (row[last] - level) / (row[last] - row[last + 1]);
      return this.days[last] + part * (this.days[last + 1] - this.days[last]);
    }

    /**
     * Finds percentiles of the visible effect: a task. Its result has `days`, and `p5` to `p95`; the effect is taken as
     * straight between two kept days.
     */
    *bands(days) {
      const result = { days };
      for (const share of SHARES) result[`p${Math.round(100 * share)}`] = new Float64Array(days.length);
      const names = Object.keys(result).slice(1);
      for (let k = 0; k < days.length; k++) {
        const after = this.days.findIndex((each) => each >= days[k]), before = Math.max(after - 1, 0);
        if (after < 0) throw new RangeError(`day is ${days[k]}; allowed: to ${this.days[this.days.length - 1]}`);
        const part = after ? (days[k] - this.days[before]) / (this.days[after] - this.days[before]) : 0;
        const values = Float64Array.from(this.visible, (row) => row[before] + part * (row[after] - row[before]));
        weightedQuantiles(values, this.weights, SHARES).forEach((value, j) => (result[names[j]][k] = value));
        yield;
      }
      return result;
    }
  }

  /**
   * Forecasts one patient: a task.
   * @param {{visits: {day: number, units: number, product: string}[],
   *   seen: ({day: number, grade: number, atRest: boolean, assessor: string}|
   *     {day: number, gone: boolean, since: ?number, assessor: string})[],
   *   baseline: ?number}} history - Days from day 0, ascending for visits, which begin on day 0 or later.
   * @param {Object} population - From `wearoff.population`.
   * @param {number[][]} normals - Standard normal numbers of the first draws, as `data.normals`.
   * @param {{data: Object, rounds: ?number, seed: ?number}} options - The data of the page; the largest number of
   *   rounds of draws, and the seed of the rounds after the first.
   * @returns {Generator} Its result is a `Forecast`.
   */
  function* forecast(history, population, normals, { data, rounds = forecasts.rounds, seed = SEED }) {
    const doses = addUp(history.visits.map((visit) => ({ day: visit.day, units: wearoff.localUnits(visit, data) })));
    const last = history.visits[history.visits.length - 1];
    const end = Math.max(last.day, ...history.seen.map(({ day }) => day)) + forecasts.horizon;
    const likelihood = makeLikelihood(history, data.raters), days = listDays(doses, end), visible = [];

    function* findLogs(own) {
      const people = wearoff.draws(population, own), logs = [];
      const [effect, crease, frown, rest] = Array.from({ length: 4 }, () => new Float64Array(likelihood.days.length));
      for (let i = 0; i < people.length; i++) {
        const { c } = people[i], course = wearoff.solvePerson(people[i], doses, end);
        course.read(SKIN, likelihood.days, [effect, crease]);
        for (let k = 0; k < frown.length; k++) {
          frown[k] = depth(effect[k], crease[k], c);
          rest[k] = depth(1, crease[k], c);
        }
        logs.push(likelihood.find(frown, rest));
        const kept = new Float32Array(days.length);
        course.read([VISIBLE], days, [kept]);
        visible.push(kept);
        if (i % PAUSE === PAUSE - 1) yield;
      }
      return logs;
    }

    const first = wearoff.normals(normals, doses.length);
    const posterior = yield* samplePosterior(first, findLogs, rounds, seed);
    const labelDay = Math.ceil(last.day + data.products[last.product].min_interval_days);
    // The last courses are those of patients who are no draws: see `samplePosterior`.
    const drawn = visible.slice(0, posterior.normals.length);
    return new Forecast(posterior, days, drawn, { looks: likelihood.count, lastVisit: last.day, labelDay });
  }

  /** Returns doses with those of one day added up. */
  function addUp(doses) {
    const result = [];
    for (const { day, units } of doses) {
      const before = result[result.length - 1];
      if (before && before.day === day) before.units += units;
      else result.push({ day, units });
    }
    return result;
  }

  /** Returns the days on which the effect is kept: every day, counted from each visit, and more often just after it. */
  function listDays(doses, end) {
    const result = new Set([end]), starts = [0, ...doses.map(({ day }) => day), end];
    for (let i = 0; i + 1 < starts.length; i++) {
      for (let day = starts[i]; day < starts[i + 1]; day++) {
        result.add(day);
        if (i === 0 || day - starts[i] >= FINE_DAYS) continue;
        for (let part = 1; part < FINE; part++) if (day + part / FINE < starts[i + 1]) result.add(day + part / FINE);
      }
    }
    return Float64Array.from(result).sort();
  }

  Object.assign(wearoff, { forecast });
})();
