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

  /** A task: the middle half of the effect by moment, and of the days of the landmarks. */
  function* findMiddle(settings) {
    const visits = app.visits(settings);
    const people = app.patients(visits.length);
    const bands = wearoff.bands(yield* wearoff.follow(people, visits, app.moments));
    const middle = yield* wearoff.middleHalf(people, visits, LONGEST);
    const landmarks = {};
    for (const [name, theirs] of Object.entries(NAMES)) {
      const { reached, p25, p75 } = middle[theirs];
      if (reached > 0.5 && p75 < LONGEST) landmarks[name] = [p25, p75];
    }
    return { low: bands.p25, high: bands.p75, landmarks };
  }

  const remember = (key, people) => {
    if (remembered.size >= REMEMBERED) remembered.delete(remembered.keys().next().value);
    remembered.set(key, people);
  };

  const compute = (key, settings) => {
    cancel = wearoff.inSlices(findMiddle(settings), (people) => {
      remember(key, people);
      app.draw();
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

  /** Return the same, computed at once where it is not there yet. */
  app.peopleNow = (settings) => {
    const key = app.treatmentKey(settings);
    if (!remembered.has(key)) remember(key, wearoff.run(findMiddle(settings)));
    return remembered.get(key);
  };
}
