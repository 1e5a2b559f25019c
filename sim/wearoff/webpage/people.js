// Many patients: who they are, as patients/population.py draws them, and what becomes of them.
"use strict";

(() => {
  const { states, depth, inSymbols, addPowers } = wearoff.model;
  const { normalChance, makeNormals, quantiles } = wearoff.chances;
  const SKIN = ["visible", "crease"].map((name) => states.indexOf(name));
  const OF_PATIENT = 4; // numbers of a patient; then one of each visit
  const PAUSE = 4; // patients between two pauses of a task
  const SHARES = [0.05, 0.25, 0.5, 0.75, 0.95], MIDDLE = [0.25, 0.5, 0.75];
  const FALLS = ["half_effect", "wear_off"];

  /** Returns the numbers of the population around a typical patient with some constants. */
  function population(data, constants) {
    const result = { parameters: constants };
    for (const row of data.population) result[row.name] = row.value;
    return result;
  }

  /**
   * Returns standard normal numbers with a column for each visit.
   * @param {number[][]} rows - One a patient: numbers of the patient, then of visits.
   * @param {number} visits - Further visits have numbers of a generator, which do not depend on the number of visits.
   */
  function normals(rows, visits) {
    const size = OF_PATIENT + visits;
    return rows.map((row, patient) => {
      const draw = makeNormals(patient + 1), result = row.slice(0, size);
      while (result.length < size) result.push(draw());
      return result;
    });
  }

  /**
   * Returns patients of a population.
   * @param {Object} population - `parameters` (the constants of the typical patient), and the numbers of
   *   `wearoff.Population` by name.
   * @param {ArrayLike<number>[]} normals - One row a patient: potency, loss of the light chain, release from the depot,
   *   crease share, and one number for each visit.
   * @returns {{c: Object<string, number>, factors: number[]}[]} The constants under their symbols, and the numbers by
   *   which the doses are multiplied.
   */
  function draws(population, normals) {
    const typical = inSymbols(population.parameters);
    const together = population.correlation_potency_light_chain, alone = Math.sqrt(1 - together ** 2);
    return normals.map((row) => {
      const [potency, loss, release, share] = row;
      const odds = (typical.q / (1 - typical.q)) * Math.exp(population.omega_crease_share * share);
      const c = addPowers({
        ...typical,
        k_cleave: typical.k_cleave * Math.exp(population.omega_potency * potency),
        k_light_chain:
          typical.k_light_chain * Math.exp(population.omega_light_chain * (together * potency + alone * loss)),
        k_depot: typical.k_depot * Math.exp(population.omega_depot * release),
        q: odds / (1 + odds),
      });
      const factors = Array.from(row.slice(OF_PATIENT), (each) => Math.exp(population.omega_visit * each));
      return { c, factors };
    });
  }

  /** Returns the course of one of the people; it is lost when the next one is solved. */
  function solvePerson({ c, factors }, visits, lastDay) {
    const own = visits.map(({ day, units }, i) => ({ day, units: units * factors[i] }));
    return wearoff.solveInPlace(c, own, lastDay);
  }

  /**
   * Follows people under a treatment: a task.
   * @param {Object[]} people - From `draws`, with a number for each visit.
   * @param {{day: number, units: number}[]} visits
   * @param {number[]} days - Ascending.
   * @returns {Generator} Its result has, for each person in a row of `days.length`, the `visible` effect, and the depth
   *   of the line at `frown` and at `rest`, each a Float64Array; and `days`, and the number of people, `count`.
   */
  function* follow(people, visits, days) {
    const size = days.length, length = people.length * size, lastDay = Math.max(days[size - 1], 1e-3);
    const visible = new Float64Array(length), frown = new Float64Array(length), rest = new Float64Array(length);
    const crease = new Float64Array(size);
    for (let i = 0, place = 0; i < people.length; i++) {
      const { c } = people[i], course = solvePerson(people[i], visits, lastDay);
      course.read(SKIN, days, [visible.subarray(place, place + size), crease]);
      for (let k = 0; k < size; k++, place++) {
        frown[place] = depth(visible[place], crease[k], c);
        rest[place] = depth(1, crease[k], c); // at rest there is no fold, as where the effect is full
      }
      if (i % PAUSE === PAUSE - 1) yield;
    }
    return { days, count: people.length, visible, frown, rest };
  }

  /** Returns percentiles of the visible effect by day: `days`, and `p5` to `p95`. */
  function bands({ days, count, visible }) {
    const result = { days };
    for (const share of SHARES) result[`p${Math.round(100 * share)}`] = new Float64Array(days.length);
    const names = Object.keys(result).slice(1), column = new Float64Array(count);
    for (let k = 0; k < days.length; k++) {
      for (let i = 0; i < count; i++) column[i] = visible[i * days.length + k];
      quantiles(column.sort(), SHARES).forEach((value, j) => (result[names[j]][k] = value));
    }
    return result;
  }

  /** Returns the share of people whose effect is at a level or above, by day. */
  function shares({ days, count, visible }, level) {
    const result = new Float64Array(days.length);
    visible.forEach((value, i) => (result[i % days.length] += (value >= level) / count));
    return result;
  }

  /**
   * Returns the share of people whom raters see as responders, by day: the mean over their errors.
   * @param {Object} followed - The result of `follow`.
   * @param {Object} raters - Of the data of the page.
   * @param {string} endpoint
   * @param {string} assessor
   */
  function responderRates({ days, count, frown, rest }, raters, endpoint, assessor) {
    const result = new Float64Array(days.length), errors = raters.errors[assessor];
    for (const { at_rest, baseline, level, share } of raters.views[endpoint]) {
      const line = at_rest ? rest : frown;
      for (let i = 0, place = 0; i < count; i++) {
        for (let k = 0; k < days.length; k++, place++) {
          let chance = share / count;
          for (let j = 0; j < errors.length; j++) chance *= normalChance((level - baseline * line[place]) / errors[j]);
          result[k] += chance;
        }
      }
    }
    return result;
  }

  /**
   * Returns the middle half of people for each landmark, as `patients/middle.py`: a task.
   * @returns {Generator} Its result has by name `{reached, p25, p50, p75}`: the share who reach it, and percentiles,
   *   infinite where it is later than the last day. Who never reaches a level of the fall has lost it on day 0; the
   *   other percentiles are among those who reach the landmark.
   */
  function* middleHalf(people, visits, lastDay) {
    const found = [];
    for (let i = 0; i < people.length; i++) {
      found.push(wearoff.findLandmarks(solvePerson(people[i], visits, lastDay)));
      if (i % PAUSE === PAUSE - 1) yield;
    }
    const result = {};
    for (const name of Object.keys(found[0])) {
      const values = found.map((each) => each[name]), reached = values.filter(Number.isFinite);
      const counted = FALLS.includes(name) ? values.map((value) => (Number.isNaN(value) ? 0 : value)) : reached;
      const sorted = Float64Array.from(counted).sort();
      const [p25, p50, p75] = MIDDLE.map((share) => sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? NaN);
      result[name] = { reached: reached.length / people.length, p25, p50, p75 };
    }
    return result;
  }

  Object.assign(wearoff, { population, normals, draws, solvePerson });
  Object.assign(wearoff, { follow, bands, shares, responderRates, middleHalf });
})();
