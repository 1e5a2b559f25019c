"use strict";
// The next date of a history: computed between frames from the draws of the population, and remembered.
{
  const PAUSE = 150; // ms without a change before the work begins
  const FOLLOWED = 540; // days after the last visit: the typical patient is followed this long
  const REMEMBERED = 8;
  const CURVE_STEP = 4; // days between two points of the curve
  const { fewest, contradiction } = wearoff.model.forecasts;

  const remembered = new Map();
  let wanted = "";
  let timer = 0;
  let cancel = () => {};

  const remember = (key, result) => {
    if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value);
    remembered.set(key, result);
  };

  /** Return the days of the curve: a regular grid, and more just after each visit. */
  const listDays = (history, end) => {
    const days = new Set([end]);
    for (let day = 0; day < end; day += CURVE_STEP) days.add(day);
    for (const { day } of history.visits)
      for (let after = 0; after <= 8; after += 1) if (day + after < end) days.add(day + after);
    return Float64Array.from(days).sort();
  };

  const lastDay = (history) => Math.max(...[...history.visits, ...history.seen].map(({ day }) => day));

  /** A task: the forecast of a history, its bands and its warning. */
  function* findNext(history) {
    const population = wearoff.population(app.data, app.typicalConstants());
    const forecast = yield* wearoff.forecast(history, population, app.data.normals, { data: app.data });
    // Until half a year after the last day that is known.
    const bands = yield* forecast.bands(listDays(history, lastDay(history) + 240));
    return { forecast, bands, warning: findWarning(forecast, history) };
  }

  /** Return the name of the warning that matters most, or "". */
  const findWarning = ({ surprise, effective }, { seen }) => {
    if (surprise < contradiction) return "contradiction";
    if (effective < fewest) return "few";
    // The grades of one day are all at maximum frown, and by one kind of rater.
    const looks = new Set(seen.map(({ day, gone }) => `${day} ${gone ? "gone" : "grade"}`));
    return looks.size < seen.length ? "repeated" : "";
  };

  const compute = (key, history) => {
    cancel = wearoff.inSlices(findNext(history), (result) => {
      remember(key, result);
      app.draw();
    });
  };

  const keyOf = (history) => JSON.stringify({ ...history, start: 0 });

  /** Return the forecast of a history, its `bands` and its `warning`, or null where it is not computed yet. */
  app.forecast = (history) => {
    const key = keyOf(history);
    if (remembered.has(key)) return remembered.get(key);
    if (wanted !== key) {
      wanted = key;
      clearTimeout(timer);
      cancel();
      timer = setTimeout(() => compute(key, history), PAUSE);
    }
    return null;
  };

  /** Return the same, computed at once where it is not there yet. */
  app.forecastNow = (history) => {
    const key = keyOf(history);
    if (!remembered.has(key)) remember(key, wearoff.run(findNext(history)));
    return remembered.get(key);
  };

  /** Return the day on which the typical patient of these visits loses a level; null: never there, infinite: later. */
  app.typicalLoss = (history, level) => {
    const last = history.visits[history.visits.length - 1].day;
    const visits = [];
    for (const visit of history.visits) {
      const units = wearoff.localUnits(visit, app.data);
      const before = visits[visits.length - 1];
      if (before && before.day === visit.day) before.units += units;
      else visits.push({ day: visit.day, units });
    }
    const days = Array.from({ length: FOLLOWED + 1 }, (_, i) => last + i);
    const { visible } = wearoff.solve(app.typicalConstants(), visits, last + FOLLOWED).at(days);
    let place = FOLLOWED;
    while (place >= 0 && visible[place] < level) place -= 1;
    if (place < 0) return null;
    if (place === FOLLOWED) return Infinity;
    return days[place] + (visible[place] - level) / (visible[place] - visible[place + 1]);
  };
}
