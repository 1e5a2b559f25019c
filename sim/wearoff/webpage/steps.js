"use strict";
// The seven steps from the toxin to the line, which of them matters on a day, and the two surprises.
{
  const COUNT = 7;
  // The signs beside a step: what the sentence is about, as it is in the drawing, and how far it is moved to the middle.
  const SIGNS = {
    1: [["toxin", 0]],
    2: [["endosome", 0]],
    3: [["lightChain", 0]],
    4: [
      ["intact", -11],
      ["cut", -11],
    ],
    5: [["full", 0]],
  };
  // Shares of its force: a muscle that shows nothing, and one that is back; days after which the skin has followed.
  const { keeps: KEEPS, back: BACK, settled: SETTLED } = app.data.surprises;

  /** Return the numbers that the sentences name, as text. */
  app.shares = (result, place) => {
    const row = app.row(result, place);
    const taken = result.taken(app.moments[place]) || 1;
    const inDepot = row.depot / taken;
    const active = row.light_chain / taken;
    return {
      depot: app.percent(inDepot),
      active: app.percent(active),
      cut: app.percent(1 - row.snap25),
      intact: app.percent(row.snap25),
      release: app.percent(row.release),
      force: app.percent(row.force),
      visible: app.percent(row.visible),
    };
  };

  const whileComing = (row, taken, day) => {
    if (row.force < 0.5) return [6, "force"];
    if (row.force < KEEPS) return [5, "release"];
    if (row.snap25 < 0.9) return [4, "cut"];
    if (day === 0) return [1, "bind"];
    return row.light_chain < 0.1 * taken ? [2, "uptake"] : [3, "translocation"];
  };

  /**
   * Return the step that matters most at a moment, and the key of the sentence about it.
   * @returns {[number, string]}
   */
  app.stepAt = (result, place) => {
    const { nearPeak, half, wearOff, onset } = result.landmarks;
    const day = app.moments[place];
    const row = app.row(result, place);
    if (nearPeak === null || day < nearPeak) return whileComing(row, result.taken(day), day);
    if (onset === null) return [5, "weak"];
    if (day < nearPeak + SETTLED) return [7, "soft"];
    if (half !== null && day < half) return [4, "hold"];
    return wearOff === null || day < wearOff ? [6, "fade"] : [7, "gone"];
  };

  /** Return the whole day nearest below a moment, or the moment itself within the first day. */
  const wholeDay = (place) => (app.moments[place] < 1 ? place : app.momentAt(Math.floor(app.moments[place])));

  /**
   * Return the places of the two surprises, each null where it does not occur: the last moment of the rise at which
   * the muscle keeps its force, and the first of the fall at which most of its force is back.
   */
  app.surprises = (result) => {
    const { force } = result.table;
    const lowest = force.indexOf(Math.min(...force));
    if (force[lowest] >= BACK) return [null, null];
    let lasts = 0;
    while (lasts + 1 < lowest && force[lasts + 1] >= KEEPS) lasts += 1;
    const back = force.findIndex((value, i) => i > lowest && value >= BACK);
    return [lasts > 0 ? wholeDay(lasts) : null, back < 0 ? null : back];
  };

  /** Return what happens at a moment, in a sentence: a surprise, or what is said of the step that matters most. */
  app.momentWords = (result, place, shares) => {
    const surprise = app.surprises(result).indexOf(place);
    return app.say(surprise < 0 ? `now.${app.stepAt(result, place)[1]}` : `surprise.${surprise + 1}`, shares);
  };

  /** Return the name of the day of a surprise: a day early on, then the nearest month. */
  app.surpriseDay = (place) => {
    const day = app.moments[place];
    return day < app.MONTH ? app.moment(day) : app.say("month", { month: app.whole(day / app.MONTH) });
  };

  const makeSigns = (step) =>
    app.element(
      "span",
      { class: "signs", "aria-hidden": "true" },
      ...(SIGNS[step] ?? []).map(([name, y]) => {
        const picture = app.shape("svg", {
          viewBox: SIGNS[step].length > 1 ? "-9 -18 18 36" : "-18 -18 36 36",
          class: "drawing",
        });
        app.signs[name](picture, 0, y);
        if (name === "endosome") app.signs.toxin(picture, 0, 0);
        return picture;
      }),
    );

  /** Return the list of steps: its root, `names`, a list of their numbers and names, and `show(step, shares)`. */
  app.makeSteps = () => {
    const items = Array.from({ length: COUNT }, (_, i) => {
      const value = app.element("b", { class: "now" });
      const item = app.element(
        "li",
        {},
        app.element("span", { class: "circle", "aria-hidden": "true" }, String(i + 1)),
        app.element(
          "span",
          { class: "words" },
          app.element("strong", {}, app.say(`step.${i + 1}`)),
          " ",
          app.say(`step.${i + 1}.words`),
          " ",
          value,
        ),
        makeSigns(i + 1),
      );
      return { item, value };
    });
    const names = app.element(
      "ul",
      {},
      ...items.map((_, i) => app.element("li", {}, `${i + 1} ${app.say(`step.${i + 1}`).replace(".", "")}`)),
    );
    const root = app.element("ol", { class: "steps" }, ...items.map(({ item }) => item));
    const show = (step, shares) =>
      items.forEach(({ item, value }, i) => {
        app.write(value, app.say(`step.${i + 1}.now`, shares));
        if (i + 1 === step) item.setAttribute("aria-current", "step");
        else item.removeAttribute("aria-current");
      });
    return { root, names, show };
  };
}
