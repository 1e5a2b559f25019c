"use strict";
// The middle half of patients: computed after the page has been drawn, between frames.
{
  const PAUSE = 150; // ms without a new treatment before the work begins
  const LONGEST = 3 * 365; // days: the landmarks of patients are followed this long
  const NAMES = { onset: "onset", nearPeak: "full_effect", half: "half_effect", wearOff: "wear_off" };
  const REMEMBERED = 8;

  const remembered = new Map();
  let wanted = "";
  let timer = 0;
  let cancel = () => {};

  /** Return the patients, who are always the same, with a number for each visit. */
  app.patients = (visits) => {
    const rows = wearoff.normals(app.data.normals, visits);
    return wearoff.draws(wearoff.population(app.data, app.typicalConstants()), rows);
  };

  const compute = (key, settings) => {
    const visits = app.visits(settings);
    const people = app.patients(visits.length);
    const finish = (bands, middle) => {
      const landmarks = {};
      for (const [name, theirs] of Object.entries(NAMES)) {
        const { reached, p25, p75 } = middle[theirs];
        if (reached > 0.5 && p75 < LONGEST) landmarks[name] = [p25, p75];
      }
      if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value);
      remembered.set(key, { low: bands.p25, high: bands.p75, landmarks });
      app.draw();
    };
    cancel = wearoff.inSlices(wearoff.follow(people, visits, app.moments), (followed) => {
      const bands = wearoff.bands(followed);
      cancel = wearoff.inSlices(wearoff.middleHalf(people, visits, LONGEST), (middle) => finish(bands, middle));
    });
  };

  /** Return the middle half of patients with the default constants, or null where it is not computed yet. */
  app.people = (settings) => {
    const key = app.treatmentKey(settings);
    if (remembered.has(key)) return remembered.get(key);
    if (wanted !== key) {
      wanted = key;
      clearTimeout(timer);
      cancel();
      timer = setTimeout(() => compute(key, settings), PAUSE);
    }
    return null;
  };
}
