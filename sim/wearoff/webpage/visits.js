"use strict";
// Visits: from the dates of one patient to the next date; a calendar; how many patients an interval suits, at what cost.
{
  const PERCENTILES = ["p5", "p25", "p50", "p75", "p95"];
  let parts = null;

  const makeInterval = () => {
    const weeks = app.slider(
      { id: "weeks", label: app.say("weeks"), min: 8, max: 30, step: 1, describedby: "interval-note" },
      (value) => app.set({ weeks: value }),
    );
    const price = app.slider({ id: "price", label: app.say("price"), min: 0, max: 50, step: 0.5 }, (value) =>
      app.set({ price: value }),
    );
    const cells = Object.fromEntries(
      ["share", "covered", "units", "cost", "dayCost"].map((name) => {
        const value = app.element("dd", { class: "value" });
        return [
          name,
          { value, cell: app.element("div", {}, app.element("dt", {}, app.say(`interval.${name}`)), value) },
        ];
      }),
    );
    const note = app.element("p", { class: "small", id: "interval-note" });
    const numbers = app.element("dl", {}, ...Object.values(cells).map(({ cell }) => cell));
    const root = app.panel(
      "interval",
      app.say("interval"),
      false,
      weeks.row,
      note,
      numbers,
      price.row,
      app.element("p", { class: "small" }, app.say("interval.note")),
    );
    const show = (settings) => {
      const found = app.regular(settings);
      const { units, cost } = app.yearly(settings);
      weeks.set(settings.weeks, app.counted(settings.weeks, "weeks"));
      price.set(settings.price, app.say("price.words", { price: app.number(settings.price) }));
      const shortest = app.data.products[settings.product].min_interval_days;
      app.write(
        note,
        app.say(7 * settings.weeks < shortest ? "interval.short" : "interval.allowed", {
          days: app.counted(shortest, "days"),
        }),
      );
      note.classList.toggle("warning", 7 * settings.weeks < shortest);
      numbers.classList.toggle("old", !found);
      if (found) {
        app.write(cells.share.value, app.percent(found.share));
        app.write(cells.covered.value, app.percent(found.covered));
        app.write(cells.dayCost.value, found.covered > 0 ? app.number(cost / (app.YEAR * found.covered)) : "–");
      }
      app.write(cells.units.value, app.units(app.whole(units)));
      app.write(cells.cost.value, app.number(app.whole(cost), 6));
    };
    return { root, show };
  };

  const build = (section) => {
    const answer = app.makeAnswer();
    const brief = app.button("", () => answer.root.scrollIntoView(), { class: "main brief" });
    const rows = app.makeRows(brief);
    const calendar = app.makeCalendar();
    const chart = app.makeHistoryChart();
    const [calendarKey, chartKey] = [app.makeCalendarKey(), app.makeHistoryKey()];
    const interval = makeInterval();
    const when = app.panel(
      "when",
      app.say("calendar"),
      false,
      app.element("div", {}, calendar.root),
      calendarKey,
    );
    const course = app.panel(
      "fit",
      app.say("fit"),
      false,
      app.element("div", { class: "plot" }, chart.root),
      chartKey,
      app.makeDownloads(),
    );
    section.append(rows.root, answer.root, when, course, interval.root);
    parts = { rows, brief, answer, calendar, calendarKey, chart, chartKey, interval, when, course, last: null };
  };

  const answerLines = (words) =>
    words ? [`${words.lead} ${words.day}`, words.past, words.half, words.most, words.label] : [app.say("computing")];

  const show = (settings) => {
    parts.rows.show(settings);
    parts.interval.show(settings);
    const usable = parts.rows.isUsable();
    parts.when.hidden = !usable;
    parts.course.hidden = !usable;
    parts.brief.hidden = !usable;
    if (!usable) {
      parts.last = null;
      parts.answer.show(null, "away", "", settings);
      return;
    }
    const history = app.readHistory(app.splitRows(settings.history), settings);
    const found = app.forecast(history);
    const answer = found && app.readAnswer(history, found, settings);
    if (found) {
      parts.last = app.answerWords(answer, settings);
      parts.chart.show(app.historyView(history, found.bands, settings));
    }
    app.write(parts.brief, found ? parts.last.brief : app.say("computing"));
    parts.answer.show(parts.last, found ? "shown" : "old", found?.warning ?? "", settings);
    parts.calendar.show(app.calendarView(history, answer, settings));
    parts.chart.root.parentElement.classList.toggle("old", !found);
  };

  const pictures = () =>
    parts.rows.isUsable()
      ? [
          { picture: parts.calendar.root, legends: [parts.calendarKey], notes: answerLines(parts.last) },
          { picture: parts.chart.root, legends: [parts.chartKey] },
        ]
      : [];

  /** Return the table of the history and its answer. */
  const table = () => {
    const { settings } = app;
    const lines = ["item,date,value,unit"];
    const add = (item, day, value = "", unit = "") =>
      lines.push([item, Number.isFinite(day) ? app.writeDate(day) : "", value, unit].join(","));
    if (!parts.rows.isUsable()) return `${lines[0]}\n`;
    const history = app.readHistory(app.splitRows(settings.history), settings);
    for (const { day, units, product } of history.visits) add("visit", history.start + day, units, `U ${product}`);
    for (const each of history.seen)
      add(each.gone ? "gone" : "grade", history.start + each.day, each.gone ? "" : each.grade);
    const found = app.forecast(history);
    if (!found) return `${lines.join("\n")}\n`;
    const answer = app.readAnswer(history, found, settings);
    add("level", NaN, settings.level, "of a full effect");
    add("median", answer.day);
    answer.half.forEach((day, i) => add(`half_${i ? "to" : "from"}`, day));
    answer.most.forEach((day, i) => add(`four_fifths_${i ? "to" : "from"}`, day));
    add("label", answer.label);
    add("typical", answer.typical ?? NaN);
    for (const { day, chance } of answer.lost) add("chance_below", day, Number(chance.toPrecision(4)));
    found.bands.days.forEach((day, k) => {
      for (const name of PERCENTILES)
        add(`visible_${name}`, history.start + Math.floor(day), Number(found.bands[name][k].toPrecision(5)));
    });
    return `${lines.join("\n")}\n`;
  };

  const sheet = (settings) => (parts.rows.isUsable() ? app.historySheet(settings) : null);

  app.addPart({ name: "visits", build, show, pictures, table, describe: app.describeHistory, sheet });
}
