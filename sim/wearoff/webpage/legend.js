"use strict";
// What the lines of a curve are, and the curve in words.
{
  /** Return the alternative of the curve in words: its landmarks, and its value on the day. */
  app.describeCurve = (settings, result, place) => {
    const { onset, peak, peakEffect, half, wearOff } = result.landmarks;
    const time = (day) => (day === null ? app.say("never") : app.duration(day));
    return app.say("curve.words", {
      what: app.describe(settings),
      onset: time(onset),
      peak: time(peak),
      effect: app.percent(peakEffect ?? 0),
      half: time(half),
      gone: time(wearOff),
      day: app.moment(app.moments[place]),
      now: app.percent(result.table.visible[place]),
    });
  };

  const swatch = (name) => {
    const picture = app.shape("svg", { viewBox: "0 0 28 12", "aria-hidden": "true", class: "curve swatch" });
    app.shape(
      "path",
      {
        class: name,
        d: name === "band" || name === "week" ? "M0 0H28V12H0Z" : name === "visits" ? "M14 11l-5 -8h10Z" : "M0 6H28",
      },
      picture,
    );
    return picture;
  };

  /**
   * Return the legend of the curve: its root, and `show(settings, people, kept)`.
   * @param {string} other - The key of the words for the dashed line
   * @param {string} visits - The key of those for the visits
   */
  app.makeLegend = (other = "legend.kept", visits = "legend.visits") => {
    const items = ["line", "band", "kept", "visits", "week"].map((name) => {
      const words = app.element("span", {});
      return { name, words, item: app.element("li", { "data-name": name }, swatch(name), words) };
    });
    const root = app.element("ul", { class: "legend" }, ...items.map(({ item }) => item));
    const show = (settings, people, kept) => {
      const texts = {
        line: app.say(app.isTypical(settings) ? "legend.typical" : "legend.changed"),
        band: people ? app.say("legend.people") : "",
        kept: kept ? app.say(other, { what: app.describe(kept) }) : "",
        visits: app.say(visits, { what: app.treatmentWords(settings) }),
        week: app.say("legend.week"),
      };
      for (const { name, words, item } of items) {
        item.hidden = texts[name] === "";
        app.write(words, texts[name]);
      }
    };
    return { root, show };
  };
}
