// What a history says of a patient: the people of a population, weighted by how likely they make what was seen. As
// forecasts/likelihood.py and forecasts/posterior.py: adaptive importance sampling, all rounds in one mixture.
"use strict";

(() => {
  const { normalChance, makeNormals } = wearoff.chances;
  const { enough, wider, leastVariance, stepsToBest } = wearoff.model.forecasts;
  const LEAST_CHANCE = 1e-300; // of a look, so that it has a logarithm
  const POWERS = Array.from({ length: 24 }, (_, i) => 2 ** (-i / 2));
  const DRAWS_FOR_DIMENSION = 20; // effective draws from which a covariance is estimated

  /** Returns the looks that make up what was seen, for a kind of patient: day, lowest and highest grade, at rest. */
  function listLooks(seen, kind, worst) {
    if (!seen.gone) return [{ day: seen.day, low: seen.grade, high: seen.grade, atRest: Boolean(seen.atRest) }];
    const gone = { day: seen.day, low: kind.baseline, high: worst, atRest: false };
    if (seen.since === undefined || seen.since === null) return [gone];
    return [{ day: seen.since, low: 0, high: kind.baseline - 1, atRest: false }, gone];
  }

  /** Returns the chance that a rater sees a grade from `low` to `high` of a line. */
  function chanceBetween(low, high, severity, error, worst) {
    const below = low > 0 ? (low - 0.5 - severity) / error : -Infinity;
    const above = high < worst ? (high + 0.5 - severity) / error : Infinity;
    // The smaller tails are subtracted, so that a chance far from what is seen keeps its digits.
    const tail = (x) => (x === Infinity ? 1 : x === -Infinity ? 0 : normalChance(x));
    return below > 0 ? tail(-below) - tail(-above) : tail(above) - tail(below);
  }

  /**
   * Returns a function that returns the logarithm of the likelihood of a history.
   * @param {Object} history - `seen` and `baseline`; see `wearoff.forecast`.
   * @param {Object} raters - Of the data of the page.
   * @returns {{days: number[], count: number, find: function(Float64Array, Float64Array): number}} The days of the
   *   looks, their number, and the function of the depths of the line on these days, at frown and at rest.
   */
  function makeLikelihood(history, raters) {
    const known = history.baseline ?? null;
    const kinds = raters.kinds.filter(({ baseline, share }) => share > 0 && (known === null || known === baseline));
    const looksOf = kinds.map((kind) =>
      history.seen.flatMap((seen) => {
        const [error] = raters.errors[seen.assessor ?? (seen.gone ? "subject" : "investigator")];
        return listLooks(seen, kind, raters.worst).map((look) => ({ ...look, error }));
      }),
    );
    const days = [...new Set(looksOf.flat().map(({ day }) => day))].sort((a, b) => a - b);
    looksOf.flat().forEach((look) => (look.place = days.indexOf(look.day)));
    const find = (frown, rest) =>
      addLogs(
        kinds.map((kind, i) => {
          let sum = Math.log(kind.share);
          for (const { place, low, high, atRest, error } of looksOf[i]) {
            const severity = kind.baseline * (atRest ? rest : frown)[place] - (kind.placebo_responder ? 1 : 0);
            sum += Math.log(Math.max(chanceBetween(low, high, severity, error, raters.worst), LEAST_CHANCE));
          }
          return sum;
        }),
      );
    return { days, count: looksOf[0].length, find };
  }

  /** Returns the logarithm of the sum of the exponentials. */
  function addLogs(logs) {
    let most = -Infinity, sum = 0;
    for (const each of logs) if (each > most) most = each;
    for (const each of logs) sum += Math.exp(each - most);
    return most + Math.log(sum);
  }

  /** Returns a normal distribution around 0 of variance 1. */
  function makeStandard(size) {
    const factor = Array.from({ length: size }, () => new Float64Array(size));
    factor.forEach((row, i) => (row[i] = 1));
    return { mean: new Float64Array(size), factor };
  }

  /** Returns the logarithm of the density of a normal distribution, less a constant of the dimensions. */
  function logDensity(point, { mean, factor }) {
    const scaled = [];
    let result = 0;
    for (let i = 0; i < mean.length; i++) {
      let rest = point[i] - mean[i];
      for (let j = 0; j < i; j++) rest -= factor[i][j] * scaled[j];
      scaled.push(rest / factor[i][i]);
      result -= scaled[i] ** 2 / 2 + Math.log(factor[i][i]);
    }
    return result;
  }

  /** Returns a point of a normal distribution. */
  function drawPoint(draw, { mean, factor }) {
    const own = Array.from(mean, draw);
    const addRow = (middle, i) => own.slice(0, i + 1).reduce((sum, each, j) => sum + factor[i][j] * each, middle);
    return Array.from(mean, addRow);
  }

  /** Returns weights that add up to 1, from logarithms times a power, and the number of equal draws they are worth. */
  function findWeights(logs, power = 1) {
    const total = addLogs(logs.map((each) => power * each));
    const weights = Float64Array.from(logs, (each) => Math.exp(power * each - total));
    return { weights, effective: 1 / weights.reduce((sum, each) => sum + each ** 2, 0) };
  }

  /** Returns the normal distribution around weighted points. Where few carry the weight, weights are flattened. */
  function fitNormal(points, logs) {
    const size = points[0].length;
    let weights;
    for (const power of POWERS) {
      const found = findWeights(logs, power);
      weights = found.weights;
      if (found.effective >= DRAWS_FOR_DIMENSION * size) break;
    }
    const mean = new Float64Array(size);
    points.forEach((point, k) => point.forEach((value, i) => (mean[i] += weights[k] * value)));
    const factor = [];
    for (let i = 0; i < size; i++) {
      factor.push(new Float64Array(size));
      for (let j = 0; j <= i; j++) {
        let sum = i === j ? leastVariance : 0; // Cholesky's factor of the covariance
        points.forEach((point, k) => (sum += wider * weights[k] * (point[i] - mean[i]) * (point[j] - mean[j])));
        for (let k = 0; k < j; k++) sum -= factor[i][k] * factor[j][k];
        factor[i][j] = i === j ? Math.sqrt(sum) : sum / factor[j][j];
      }
    }
    return { mean, factor };
  }

  /** Returns the square of a point less twice the logarithm of its likelihood. */
  function findMisfit(point, likelihood) {
    return point.reduce((sum, each) => sum + each ** 2, 0) - 2 * likelihood;
  }

  /** Returns the smallest value. */
  function findLeast(values) {
    return values.reduce((a, b) => Math.min(a, b));
  }

  /** Returns points from the mean of weighted points towards one of them, without that one. */
  function listBetween(points, weights, best) {
    const mean = best.map((_, i) => points.reduce((sum, point, k) => sum + weights[k] * point[i], 0));
    const parts = Array.from({ length: stepsToBest }, (_, i) => i / stepsToBest);
    return parts.map((part) => mean.map((each, i) => each + part * (best[i] - each)));
  }

  /**
   * Samples the posterior: a task.
   * @param {number[][]} first - Standard normal numbers of the first round; every round has as many draws.
   * @param {function(number[][]): Generator} findLogs - A task that returns the logarithms of the likelihoods of draws.
   * @param {number} rounds - At most.
   * @param {number} seed - Of the rounds after the first.
   * @returns {Generator} Its result: `normals`, `weights` (they add up to 1), `effective`, and `least`, the smallest
   *   sum of squares less twice the logarithm of the likelihood.
   */
  function* samplePosterior(first, findLogs, rounds, seed) {
    const draw = makeNormals(seed), standard = makeStandard(first[0].length), proposals = [standard];
    const normals = [], likelihoods = [];
    for (let round = 1; ; round++) {
      const newest = proposals[proposals.length - 1];
      const own = round === 1 ? first : first.map(() => drawPoint(draw, newest));
      normals.push(...own);
      likelihoods.push(...(yield* findLogs(own)));
      const logs = normals.map((point, k) => {
        const mixture = addLogs(proposals.map((each) => logDensity(point, each))) - Math.log(proposals.length);
        return likelihoods[k] + logDensity(point, standard) - mixture;
      });
      const { weights, effective } = findWeights(logs);
      if (effective >= enough || round === rounds) {
        const misfits = normals.map((point, k) => findMisfit(point, likelihoods[k]));
        // With many visits every draw is far from the most likely patient, and their mean is near.
        const between = listBetween(normals, weights, normals[misfits.indexOf(findLeast(misfits))]);
        const logsBetween = yield* findLogs(between);
        const nearer = between.map((point, k) => findMisfit(point, logsBetween[k]));
        return { normals, weights, effective, least: findLeast([...misfits, ...nearer]) };
      }
      proposals.push(fitNormal(normals, logs));
      yield;
    }
  }

  wearoff.posterior = { makeLikelihood, samplePosterior };
})();
