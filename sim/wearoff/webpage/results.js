"use strict";
// From the settings to what the model says: the treatment, the curve on a grid of moments, the landmarks.
{
  const LAST_DAY = 240; // eight months
  const FIRST_WEEK = 7;
  const PER_DAY = 8; // moments a day in the first week; one a day afterwards
  const TOUCH_UP_DAY = 14;
  const MOST = 3; // the largest dose on the slider, in labelled doses
  const PARTS = 20; // steps of the slider in a labelled dose
  const KEPT = 24; // results that are remembered

  app.LAST_DAY = LAST_DAY;
  app.FIRST_WEEK = FIRST_WEEK;
  app.TOUCH_UP_DAY = TOUCH_UP_DAY;
  /** The moments of a course: every three hours in the first week, then every day. */
  app.moments = Array.from({ length: FIRST_WEEK * PER_DAY + LAST_DAY - FIRST_WEEK + 1 }, (_, i) =>
    i <= FIRST_WEEK * PER_DAY ? i / PER_DAY : i - FIRST_WEEK * PER_DAY + FIRST_WEEK,
  );

  /** Return the place in the list of moments of the one nearest to a day. */
  app.momentAt = (day) => {
    const bounded = Math.min(Math.max(day, 0), LAST_DAY);
    return bounded <= FIRST_WEEK
      ? Math.round(bounded * PER_DAY)
      : FIRST_WEEK * PER_DAY + Math.round(bounded - FIRST_WEEK);
  };

  const constants = app.data.constants;
  const { products } = app.data;

  app.constants = constants;
  app.products = () => Object.keys(products).filter((name) => app.muscles(name).length > 0);
  app.muscles = (product) => Object.keys(products[product].units);
  app.labelled = (settings) => products[settings.product].units[settings.muscle];

  /** Return the smallest and largest dose that can be set, and the step. */
  app.doses = (settings) => {
    const step = app.labelled(settings) / PARTS;
    return { low: step, high: MOST * PARTS * step, step };
  };

  app.define(
    "part",
    app.nameSetting("part", "see", () => app.parts.map((part) => part.name)),
  );
  app.define("product", app.nameSetting("product", Object.keys(products)[0], app.products));
  app.define(
    "muscle",
    app.nameSetting(
      "muscle",
      ({ product }) => app.muscles(product)[0],
      () => Object.keys(app.data.muscles),
    ),
  );
  app.define("units", app.numberSetting("units", app.labelled, 0.1, 10_000, "U"));
  app.define("touch_up", app.numberSetting("touch_up", 0, 0, 10_000, "U"));
  app.define("day", app.numberSetting("day", 7, 0, LAST_DAY));
  app.define(
    "wall",
    app.nameSetting("wall", "off", () => ["off", "on"]),
  );
  app.define("keep", { initial: "", read: (text) => app.readAddress(text) && text, write: (text) => text });
  for (const row of constants) {
    const { low, high } = app.track(row);
    app.define(row.name, app.numberSetting(row.name, row.value, low, high, row.unit === "1" ? "" : row.unit));
  }

  /** Return the smallest and the largest dose of which trials have published responses, or null. */
  app.dosesSeen = ({ product, muscle }) => {
    const seen = app.data.rates
      .filter((row) => row.product === product && row.muscle === muscle && row.units > 0)
      .map((row) => row.units);
    return seen.length ? [Math.min(...seen), Math.max(...seen)] : null;
  };

  /** Refuse a treatment that the page cannot show: no label of the product for the muscle, or a dose off the slider. */
  app.checkTreatment = (settings) => {
    const muscles = app.muscles(settings.product);
    if (!muscles.includes(settings.muscle)) throw new app.Refusal("muscle", settings.muscle, muscles.join(", "));
    const { low, high } = app.doses(settings);
    const allowed = app.say("allowed.range", { low: app.number(low), high: `${app.number(high)} U` });
    if (!(settings.units >= low && settings.units <= high)) throw new app.Refusal("units", settings.units, allowed);
    if (settings.touch_up > high) throw new app.Refusal("touch_up", settings.touch_up, allowed);
  };

  app.typicalConstants = () => Object.fromEntries(constants.map((row) => [row.name, row.value]));

  const patient = (settings) => Object.fromEntries(constants.map((row) => [row.name, settings[row.name]]));

  app.isTypical = (settings) => constants.every((row) => settings[row.name] === row.value);

  /** Return the visits of settings, with the units that reach the muscle. */
  app.visits = (settings) => {
    const { product, muscle } = settings;
    const local = (units) => wearoff.localUnits({ product, muscle, units }, app.data);
    const visits = [{ day: 0, units: local(settings.units) }];
    if (settings.touch_up > 0) visits.push({ day: TOUCH_UP_DAY, units: local(settings.touch_up) });
    return visits;
  };

  /** Return the key under which results with the same treatment are remembered. */
  app.treatmentKey = (settings) => ["product", "muscle", "units", "touch_up"].map((name) => settings[name]).join(" ");

  const readLandmarks = (course) => {
    const { onset, full_effect: nearPeak, peak, half_effect: half, wear_off: wearOff } = course.landmarks();
    const days = Object.entries({ onset, nearPeak, peak, half, wearOff }).map(([name, each]) => [name, each.day]);
    return { ...Object.fromEntries(days), peakEffect: peak.effect };
  };

  const remembered = new Map();

  /**
   * Return what the model says for settings: `table` with arrays over `app.moments`, `landmarks` in days (null: not
   * reached), `course`, `taken(day)`, the units that are taken up by a day, and `whole`, those of the labelled dose.
   */
  app.result = (settings) => {
    const values = patient(settings);
    const key = `${app.treatmentKey(settings)} ${Object.values(values).join(" ")}`;
    if (!remembered.has(key)) {
      const visits = app.visits(settings);
      const course = wearoff.solve(values, visits, LAST_DAY);
      const constants = wearoff.model.inSymbols(values);
      const takenUp = (units) => wearoff.model.uptake(units, constants);
      const whole = takenUp(wearoff.localUnits({ ...settings, units: app.labelled(settings) }, app.data));
      const taken = (day) => visits.reduce((sum, visit) => sum + (visit.day <= day ? takenUp(visit.units) : 0), 0);
      if (remembered.size >= KEPT) remembered.delete(remembered.keys().next().value);
      remembered.set(key, { course, table: course.at(app.moments), landmarks: readLandmarks(course), whole, taken });
    }
    return remembered.get(key);
  };

  /** Return the course at one moment, as numbers by their names. */
  app.row = (result, place) =>
    Object.fromEntries(Object.entries(result.table).map(([name, values]) => [name, values[place]]));

  /** Return the settings that are kept to compare with, or null. */
  app.kept = () => (app.settings.keep ? app.readAddress(app.settings.keep) : null);
}
