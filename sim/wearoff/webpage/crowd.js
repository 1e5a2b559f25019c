"use strict";
// The patients of the part People: percentiles, shares and responder rates by day, computed in slices.
{
  const REMEMBERED = 8;
  // Every half day while the effect arrives, then every third day; rates every day, then every sixth.
  const ARRIVED = 12;
  const DAYS = [];
  for (let day = 0; day < ARRIVED; day += 0.5) DAYS.push(day);
  for (let day = ARRIVED; day <= app.LAST_DAY; day += 3) DAYS.push(day);
  const RATE_PLACES = [...DAYS.keys()].filter((k) =>
    DAYS[k] < ARRIVED ? Number.isInteger(DAYS[k]) : (DAYS[k] - ARRIVED) % 6 === 0,
  );
  const AT_ONCE = 4; // days of rates between two pauses

  app.crowdDays = DAYS;
  app.rateDays = RATE_PLACES.map((k) => DAYS[k]);
  app.ASSESSORS = ["investigator", "subject"];
  app.RESPONSE = "none_or_mild";

  const remembered = new Map();
  let wanted = "";
  let cancel = () => {};

  /** Return what `wearoff.follow` found on some of the days. */
  const pick = (followed, places) => {
    const size = followed.days.length;
    const part = (values) =>
      Float64Array.from(
        { length: followed.count * places.length },
        (_, i) => values[Math.floor(i / places.length) * size + places[i % places.length]],
      );
    return {
      days: places.map((k) => followed.days[k]),
      count: followed.count,
      frown: part(followed.frown),
      rest: part(followed.rest),
    };
  };

  function* findRates(followed) {
    const rates = Object.fromEntries(app.ASSESSORS.map((assessor) => [assessor, []]));
    for (let from = 0; from < RATE_PLACES.length; from += AT_ONCE) {
      const some = pick(followed, RATE_PLACES.slice(from, from + AT_ONCE));
      for (const assessor of app.ASSESSORS) {
        rates[assessor].push(...wearoff.responderRates(some, app.data.raters, app.RESPONSE, assessor));
        yield;
      }
    }
    return rates;
  }

  const compute = (key, settings) => {
    const visits = app.visits(settings);
    const people = app.patients(visits.length);
    const { half_effect: half, wear_off: any } = app.data.levels;
    cancel = wearoff.inSlices(wearoff.follow(people, visits, DAYS), (followed) => {
      const found = {
        bands: wearoff.bands(followed),
        half: wearoff.shares(followed, half),
        any: wearoff.shares(followed, any),
        rates: null,
      };
      if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value);
      remembered.set(key, found);
      app.draw();
      cancel = wearoff.inSlices(findRates(followed), (rates) => {
        found.rates = rates;
        app.draw();
      });
    });
  };

  /** Return `bands`, the shares `half` and `any`, and `rates` (null at first), or null where nothing is computed yet. */
  app.crowd = (settings) => {
    const key = app.treatmentKey(settings);
    const found = remembered.get(key);
    if (wanted !== key) {
      cancel();
      wanted = key;
      if (!found?.rates) compute(key, settings);
    }
    return found ?? null;
  };

  /** Return the course of the typical patient on these days. */
  app.typicalCourse = (settings) => wearoff.solve(app.typicalConstants(), app.visits(settings), app.LAST_DAY).at(DAYS);

  /** Return the published responder rates of a product and muscle: those of the dose, and the doses there are. */
  app.publishedRates = ({ product, muscle, units, touch_up: touchUp }) => {
    const rows = app.data.rates.filter(
      (row) =>
        row.product === product &&
        row.muscle === muscle &&
        row.units > 0 &&
        row.endpoint === app.RESPONSE &&
        app.ASSESSORS.includes(row.assessor) &&
        row.day <= app.LAST_DAY,
    );
    const same = rows.filter((row) => touchUp === 0 && Math.abs(row.units - units) <= 0.01 * units);
    const sources = [...new Set(same.map((row) => row.source))];
    const doses = [...new Set(rows.map((row) => row.units))].sort((a, b) => a - b);
    return { rows: same.map((row) => ({ ...row, number: sources.indexOf(row.source) + 1 })), sources, doses };
  };
}
