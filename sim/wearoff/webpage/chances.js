// Normal numbers and their chances, weighted percentiles.
"use strict";

(() => {
  const ROOT = Math.sqrt(2 * Math.PI);
  const NEAR = 3; // below this the series is used, above it the continued fraction

  /** Returns the chance that a standard normal number is below x; small chances keep their digits. */
  function normalChance(x) {
    if (x > NEAR) return 1 - normalChance(-x);
    const density = Math.exp((-x * x) / 2) / ROOT;
    if (x > -NEAR) {
      // Marsaglia 2004, J Stat Softw 11(4): x + x^3 / 3 + x^5 / (3 5) + ...
      let term = x, sum = x;
      for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) sum += term *= (x * x) / n;
      return 0.5 + density * sum;
    }
    // Mills's ratio as a continued fraction: 1 / (x + 1 / (x + 2 / (x + ...))).
    let below = -x;
    for (let n = Math.ceil(8 + 500 / (x * x)); n > 0; n--) below = -x + n / below;
    return density / below;
  }

  /** Returns the chance that a chi-squared number of n degrees of freedom is above x. */
  function chiSquaredChance(n, x) {
    if (x <= 0) return 1;
    const odd = n % 2 === 1;
    // The terms x^(k/2) exp(-x/2) / gamma(k/2 + 1) for k = 0, 2, ... or 1, 3, ... below n - 1.
    let sum = odd ? 2 * normalChance(-Math.sqrt(x)) : 0;
    let term = odd ? (2 * Math.exp(-x / 2) * Math.sqrt(x)) / ROOT : Math.exp(-x / 2);
    for (let k = odd ? 1 : 0; k <= n - 2; k += 2) {
      sum += term;
      term *= x / (k + 2);
    }
    return sum;
  }

  /**
   * Returns a function that draws standard normal numbers (Box and Muller), the same for the same seed.
   * The uniform numbers are those of splitmix32.
   */
  function makeNormals(seed) {
    let state = seed | 0, spare = null;
    const uniform = () => {
      state = (state + 0x9e3779b9) | 0;
      let bits = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
      bits = Math.imul(bits ^ (bits >>> 15), 0x735a2d97);
      return (((bits ^ (bits >>> 15)) >>> 0) + 0.5) / 2 ** 32;
    };
    return () => {
      if (spare !== null) {
        const kept = spare;
        spare = null;
        return kept;
      }
      const radius = Math.sqrt(-2 * Math.log(uniform())), angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    };
  }

  /** Returns percentiles of ascending numbers, straight between two of them, as numpy's `quantile`. */
  function quantiles(sorted, shares) {
    return shares.map((share) => {
      const place = share * (sorted.length - 1), low = Math.floor(place), high = Math.min(low + 1, sorted.length - 1);
      return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
    });
  }

  /** Returns the smallest values below or at which the weights add up to the shares. */
  function weightedQuantiles(values, weights, shares) {
    const order = Uint32Array.from(values, (_, i) => i).sort((a, b) => values[a] - values[b] || 0);
    const below = new Float64Array(order.length);
    let sum = 0;
    order.forEach((draw, i) => (below[i] = sum += weights[draw]));
    return shares.map((share) => {
      const place = below.findIndex((each) => each >= share * sum);
      return values[order[place]];
    });
  }

  wearoff.chances = { normalChance, chiSquaredChance, makeNormals, quantiles, weightedQuantiles };
})();
