"use strict";
// The one name that the scripts of the page share, the texts, and how numbers are said.

/** @type {Object} Everything of the page: its data, its words, its parts. */
const app = { parts: [] };
{
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const SPACE = "\u00a0"; // between a number and its unit
  const WEEKS_FROM = 14; // days; a longer time is said in weeks
  const MONTH = 365.25 / 12; // days

  /**
   * Add a part of the page: its name, `build(section)`, `show(settings)`; for what is saved `pictures()`, `table()` (a
   * text) and `describe(settings)`, what the pictures show; `sheet(settings)`, what it prints, if it has its own.
   */
  app.addPart = (part) => app.parts.push(part);

  app.data = read("data");
  app.population = (name) => app.data.population.find((row) => row.name === name).value;
  const words = read("words");
  // A name with a hyphen is not broken after it.
  for (const key of Object.keys(words)) words[key] = words[key].replaceAll("SNAP-25", "SNAP\u201125");
  app.MONTH = MONTH;
  const { lang } = document.documentElement;

  /** Return a text of the words' table, with values in its places such as {day}. */
  app.say = (key, values = {}) =>
    (words[key] ?? key).replace(/\{(\w+)\}/g, (place, name) => String(values[name] ?? place));

  /** Return a text that begins with a capital letter. */
  app.sentence = (words) => words[0].toUpperCase() + words.slice(1);

  /** Return the nearest whole number, halves upwards, as `labels.whole_day` of the package does. */
  app.whole = (value) => Math.floor(value + 0.5);

  /** Return a number with at most `digits` significant digits, as the language writes it. */
  app.number = (value, digits = 3) =>
    new Intl.NumberFormat(lang, { maximumSignificantDigits: digits, useGrouping: false }).format(value);

  app.percent = (share) => `${app.whole(100 * share)}${SPACE}%`;

  app.units = (units) => `${app.number(units)}${SPACE}U`;

  /** Return a number with its unit in words: 3 days, 1 week. */
  app.counted = (count, unit) => `${app.number(count)}${SPACE}${app.say(`${unit}.${count === 1 ? "one" : "many"}`)}`;

  /** Return a time in whole days, or from two weeks on in whole weeks. */
  app.duration = (days) =>
    days < WEEKS_FROM ? app.counted(app.whole(days), "days") : app.counted(app.whole(days / 7), "weeks");

  /** Return the range between two times, both in the unit of the longer one; in days if it would begin at 0 weeks. */
  app.range = (low, high) => {
    const unit = high < WEEKS_FROM || app.whole(low / 7) === 0 ? "days" : "weeks";
    const [from, to] = [low, high].map((days) => app.whole(unit === "days" ? days : days / 7));
    return from === to ? app.counted(to, unit) : app.say("range", { from: app.number(from), to: app.counted(to, unit) });
  };

  /** Return the name of a moment: "day 3", and in the first week also the hour. */
  app.moment = (day) => {
    const whole = Math.floor(day + 1e-9);
    const hours = app.whole((day - whole) * 24);
    const name = app.say("day", { day: whole });
    return hours ? app.say("day.hour", { day: name, hours: app.counted(hours, "hours") }) : name;
  };

  /** Return a half-life in the unit that suits it: minutes, hours or days. */
  app.timeConstant = (days) => {
    if (days < 0.09) return app.counted(Number((days * 1440).toPrecision(2)), "minutes");
    if (days < 1.5) return app.counted(Number((days * 24).toPrecision(2)), "hours");
    return app.counted(days < 10 ? Number(days.toPrecision(2)) : app.whole(days), "days");
  };
}
