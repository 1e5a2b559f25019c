"use strict";
// The sheet of one patient's visits: the next date with its ranges, what happened so far, the calendar, such patients.
{
  const LINES = ["half", "most", "label", "early", "typical", "sentence", "never"];
  const MANY = 16; // rows of a history, from which they are printed small

  const makeRows = ({ start, visits, seen }) => {
    const rows = [
      ...seen.map((look) => [look.day, app.say(`event.${look.gone ? "gone" : app.GRADES[look.grade]}`)]),
      ...visits.map(({ day, units }) => [day, `${app.say("event.visit")}, ${app.units(units)}`]),
    ].sort(([a], [b]) => a - b);
    return app.element(
      "ol",
      { class: rows.length > MANY ? "many" : "" },
      ...rows.map(([day, words]) =>
        app.element("li", {}, app.element("strong", {}, app.dateWords(start + day)), ` – ${words}`),
      ),
    );
  };

  /** Return what is printed of the visits of a patient: see `leaflet.js`. */
  app.historySheet = (settings) => {
    const history = app.readHistory(app.splitRows(settings.history), settings);
    const found = app.forecastNow(history);
    const answer = app.readAnswer(history, found, settings);
    const words = app.answerWords(answer, settings);
    const calendar = app.makeCalendar();
    const chart = app.makeHistoryChart();
    const draw = () => {
      calendar.show(app.calendarView(history, answer, settings));
      chart.show(app.historyView(history, found.bands, settings));
    };
    const body = [
      app.sheetSection(
        "answer",
        "",
        ...LINES.filter((name) => words[name]).map((name) =>
          app.element("p", { class: `leaflet-${name}` }, words[name]),
        ),
        found.warning ? app.element("p", { class: "leaflet-warning" }, app.say(`warning.${found.warning}`)) : null,
      ),
      app.sheetSection(
        "history",
        app.say("history"),
        makeRows(history),
        app.element("p", {}, `${app.say("before")} – ${app.say(`before.${settings.before}`)}`),
      ),
      app.sheetSection(
        "calendar",
        app.say("calendar"),
        app.element("div", {}, calendar.root),
        app.makeCalendarKey(),
      ),
      app.sheetSection(
        "curve",
        app.say("fit"),
        app.element("div", { class: "leaflet-plot" }, chart.root),
        app.makeHistoryKey(),
      ),
    ];
    return {
      before: app.say("answer"),
      title: app.sentence(`${words.lead} ${words.day}`),
      after: [
        app.say("leaflet.what", { product: settings.product, muscle: app.say(`muscle.${settings.muscle}`) }),
        settings.history === app.EXAMPLE ? app.say("leaflet.example") : "",
      ],
      body,
      draw,
    };
  };
}
