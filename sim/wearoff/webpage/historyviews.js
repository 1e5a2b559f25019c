"use strict";
// A history and its answer in pictures: what the calendar and the chart of such patients show, and their legends.
{
  const PLANNED = 8; // visits ahead
  const YEARS_FROM = 1000; // days of a history, from which years are named instead of months

  const sign = (look) => (look.gone ? "×" : String(look.grade));

  /** Return what the calendar shows of a history and its answer, which may be missing. */
  app.calendarView = (history, answer, settings) => {
    const on = (day) => history.start + day;
    const visits = history.visits.map(({ day }) => on(day));
    const last = visits[visits.length - 1];
    const finite = answer && Number.isFinite(answer.day) && answer.never <= 0.5;
    const looks = history.seen.map((each) => ({ day: on(each.day), sign: sign(each) }));
    const said = [
      ...history.visits.map((each) =>
        app.say("calendar.visit", { date: app.dateWords(on(each.day)), units: app.units(each.units) }),
      ),
      ...history.seen.map((each) =>
        app.say("calendar.look", {
          date: app.dateWords(on(each.day)),
          what: app.say(`event.${each.gone ? "gone" : app.GRADES[each.grade]}`),
        }),
      ),
    ];
    return {
      visits,
      looks,
      planned: Array.from({ length: PLANNED }, (_, i) => last + 7 * settings.weeks * (i + 1)),
      next: finite ? { day: answer.day, half: answer.half, most: answer.most, label: answer.label } : null,
      words: [...said, finite ? app.say("calendar.next", { date: app.dateWords(answer.day) }) : ""].join(" "),
    };
  };

  /** Return the first days of the months between two days. */
  const listMonths = (first, last) => {
    const days = [];
    for (let i = 1; app.monthStart(first, i) < last; i += 1) days.push(app.monthStart(first, i));
    return days;
  };

  const yearsOf = (first, last) => {
    const [from, to] = [first, last].map((day) => String(app.yearOf(day)));
    return from === to ? from : app.say("range", { from, to });
  };

  /** Return what the chart shows of the bands of patients who fit a history. */
  app.historyView = (history, bands, settings) => {
    const { days } = bands,
      last = days[days.length - 1];
    const ticks = listMonths(history.start, history.start + last)
      .filter((day) => last < YEARS_FROM || app.yearOf(day) !== app.yearOf(day - 1))
      .map((day) => [day - history.start, last < YEARS_FROM ? app.monthWords(day) : String(app.yearOf(day))]);
    return {
      axis: { last, ticks, name: yearsOf(history.start, history.start + last) },
      days,
      bands: [
        ["band outer", bands.p5, bands.p95],
        ["band inner", bands.p25, bands.p75],
      ],
      lines: [["middle", bands.p50]],
      triangles: history.visits.map(({ day }) => day),
      words: app.say("fit.words", {
        what: app.describeHistory(settings),
        level: app.percent(bands.p50[bands.p50.length - 1]),
        date: app.dateWords(history.start + Math.floor(last)),
      }),
    };
  };

  app.describeHistory = (settings) => {
    if (settings.history === "") return app.say("history");
    const { start, visits, seen } = app.readHistory(app.splitRows(settings.history), settings);
    return app.say("history.words", {
      visits: app.counted(visits.length, "visits"),
      looks: app.counted(seen.length, "looks"),
      from: app.dateWords(start),
      product: settings.product,
    });
  };

  app.makeHistoryChart = () =>
    app.makeChart([
      [0, app.say("curve.none")],
      [0.5, app.say("curve.half")],
      [1, app.say("curve.full")],
    ]);

  app.makeHistoryKey = () =>
    app.makeKey([
      ["middle", app.say("legend.median")],
      ["band inner", app.say("legend.fit.half")],
      ["band outer", app.say("legend.fit.most")],
    ]);

  app.makeCalendarKey = () =>
    app.makeKey([
      ["triangle made", app.say("legend.visit")],
      ["look", app.say("legend.look")],
      ["next", app.say("legend.next")],
      ["inner-band", app.say("legend.inner")],
      ["most-band", app.say("legend.four")],
      ["label-day", app.say("legend.label")],
      ["triangle planned", app.say("legend.planned")],
    ]);
}
