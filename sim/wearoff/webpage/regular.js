"use strict";
// Patients who are treated at a regular interval: how many keep a level for two years, how long, at what cost.
{
  const YEARS = 2;
  const YEAR = 365.25;
  const PAUSE = 60; // ms without a change before the work begins
  const FIRST = 14; // day from which the level counts: after the first peak
  const STEP = 4; // days between two looks
  const TURNS = [0, 1, 2, 3, 4]; // days after a visit on which the effect may still fall
  const REMEMBERED = 40;

  const remembered = new Map();
  let wanted = "";
  let timer = 0;
  let cancel = () => {};

  const listVisits = ({ product, muscle, weeks }) => {
    const units = wearoff.localUnits({ product, units: app.labelled({ product, muscle }) }, app.data);
    const visits = [];
    for (let day = 0; day < YEARS * YEAR; day += 7 * weeks) visits.push({ day, units });
    return visits;
  };

  const listDays = (visits) => {
    const last = Math.floor(YEARS * YEAR),
      days = new Set([last]);
    for (let day = FIRST; day < last; day += STEP) days.add(day);
    for (const { day } of visits.slice(1)) for (const after of TURNS) if (day + after < last) days.add(day + after);
    return Array.from(days).sort((a, b) => a - b);
  };

  const compute = (key, settings) => {
    const visits = listVisits(settings),
      days = listDays(visits);
    const rows = wearoff.normals(app.data.normals, visits.length);
    const people = wearoff.draws(wearoff.population(app.data, app.typicalConstants()), rows);
    cancel = wearoff.inSlices(wearoff.follow(people, visits, days), (followed) => {
      if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value);
      remembered.set(key, followed);
      app.draw();
    });
  };

  const read = ({ days, count, visible }, level) => {
    let keepers = 0,
      above = 0,
      regular = 0;
    for (let i = 0; i < count; i += 1) {
      let lowest = Infinity;
      for (let k = 0; k < days.length; k += 1) {
        const value = visible[i * days.length + k];
        if (value < lowest) lowest = value;
        if ((days[k] - FIRST) % STEP !== 0) continue;
        regular += 1;
        if (value >= level) above += 1;
      }
      if (lowest >= level) keepers += 1;
    }
    return { share: keepers / count, covered: above / regular };
  };

  /**
   * Return `share`, of patients who never fall below the level in two years, and `covered`, the share of days on which
   * patients are at the level, for the usual dose every `weeks`; null where it is not computed yet.
   */
  app.regular = (settings) => {
    const key = `${settings.product} ${settings.muscle} ${settings.weeks}`;
    if (remembered.has(key)) return read(remembered.get(key), settings.level);
    if (wanted !== key) {
      wanted = key;
      clearTimeout(timer);
      cancel();
      timer = setTimeout(() => compute(key, settings), PAUSE);
    }
    return null;
  };

  /** Return the units and the cost of a year of regular visits. */
  app.yearly = ({ product, muscle, weeks, price }) => {
    const units = (app.labelled({ product, muscle }) * YEAR) / (7 * weeks);
    return { units, cost: units * price };
  };

  app.define("level", app.numberSetting("level", 0.5, 0.2, 0.9));
  app.define("weeks", app.numberSetting("weeks", 13, 8, 30));
  app.define("price", app.numberSetting("price", 10, 0, 50));
  app.YEAR = YEAR;
}
