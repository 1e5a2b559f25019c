"use strict";
// People: 500 virtual patients. Their effect in bands, how many still have it, and how many raters call responders.
{
  let parts = null;
  const typical = (settings) => ({ ...settings, ...app.typicalConstants() });
  const share = (level) => [level, app.percent(level)];
  const HEIGHTS = {
    effect: () => [
      [0, app.say("curve.none")],
      [0.5, app.say("curve.half")],
      [1, app.say("curve.full")],
    ],
    percent: () => [0, 0.25, 0.5, 0.75, 1].map(share),
  };
  const DAYS_SAID = [30, 90, 120, 180]; // in the alternatives in words

  const makeChartPanel = (name, words, heights, key) => {
    const chart = app.makeChart(heights);
    const note = app.element("p", { class: "small" }, words);
    const plot = app.element("div", { class: "plot" }, chart.root);
    const legend = app.makeKey(key);
    const root = app.panel(name, app.say(name), false, note, plot, legend);
    return { chart, plot, legend, note, root };
  };

  const build = (section) => {
    const products = app.makeProducts("people-");
    const dose = app.makeDose("people-");
    const bands = makeChartPanel("bands", app.say("bands.note"), HEIGHTS.effect(), [
      ["line", app.say("legend.typical")],
      ["middle", app.say("legend.median")],
      ["band inner", app.say("legend.people")],
      ["band outer", app.say("legend.most")],
    ]);
    const survival = makeChartPanel("survival", app.say("survival.note"), HEIGHTS.percent(), [
      ["line", app.say("legend.half")],
      ["kept", app.say("legend.any")],
    ]);
    const rates = makeChartPanel("rates", app.say("rates.note"), HEIGHTS.percent(), [
      ["line", app.say("legend.investigator")],
      ["kept", app.say("legend.subject")],
      ["circle", app.say("legend.published.investigator")],
      ["square", app.say("legend.published.subject")],
      ["circle hollow", app.say("legend.recalled")],
    ]);
    const sources = app.element("ol", { class: "sources small" });
    const missing = app.element("p", { class: "small" });
    rates.root.append(missing, sources);
    const status = app.element("p", { class: "small status", role: "status" });
    section.append(
      app.panel(
        "people-treatment",
        app.say("treatment"),
        false,
        ...products.rows,
        ...dose.rows,
        status,
        app.element("p", {}, app.say("people.one")),
        app.makeDownloads(),
      ),
      bands.root,
      survival.root,
      rates.root,
    );
    parts = { products, dose, bands, survival, rates, sources, missing, status };
  };

  const at = (days, values, day) => values[days.findIndex((each) => each >= day)];

  const list = (of) => DAYS_SAID.map((day) => `${app.say("day", { day })}: ${of(day)}`).join("; ");

  const showBands = (what, course, found) => {
    const { bands } = found;
    const range = (day) =>
      app.say("range", {
        from: app.percent(at(app.crowdDays, bands.p25, day)),
        to: app.percent(at(app.crowdDays, bands.p75, day)),
      });
    parts.bands.chart.show({
      axis: app.monthsAxis(),
      days: app.crowdDays,
      bands: [
        ["band outer", bands.p5, bands.p95],
        ["band inner", bands.p25, bands.p75],
      ],
      lines: [
        ["middle", bands.p50],
        ["line", course.visible],
      ],
      words: app.say("bands.words", { what, list: list(range) }),
    });
  };

  const showSurvival = (what, { half, any }) => {
    const said = (day) =>
      app.say("survival.day", {
        half: app.percent(at(app.crowdDays, half, day)),
        any: app.percent(at(app.crowdDays, any, day)),
      });
    parts.survival.chart.show({
      axis: app.monthsAxis(),
      days: app.crowdDays,
      bands: [],
      lines: [
        ["line", half],
        ["kept", any],
      ],
      words: app.say("survival.words", { what, list: list(said) }),
    });
  };

  /** Return where the number of a source stands, so that the numbers of one day do not touch. */
  const findPlace = (row, rows) => {
    const values = rows.filter(({ day }) => day === row.day).map(({ value }) => value);
    return row.value === Math.max(...values) ? "above" : row.value === Math.min(...values) ? "below" : "beside";
  };

  const showRates = (what, settings, { rates }) => {
    const { rows, sources, doses } = app.publishedRates(settings);
    const points = rows.map((row) => ({
      day: row.day,
      level: row.value / 100,
      sign: row.assessor === "subject" ? "square" : "circle",
      hollow: row.status !== "read",
      words: String(row.number),
      place: findPlace(row, rows),
    }));
    const said = (day) =>
      app.say(
        "rates.day",
        Object.fromEntries(app.ASSESSORS.map((name) => [name, app.percent(at(app.rateDays, rates[name], day))])),
      );
    const published = rows.map((row) =>
      app.say("rates.point", {
        day: app.say("day", { day: row.day }),
        value: app.percent(row.value / 100),
        who: app.say(`assessor.${row.assessor}`),
        source: row.source,
      }),
    );
    parts.rates.chart.show({
      axis: app.monthsAxis(),
      days: app.rateDays,
      bands: [],
      lines: [
        ["line", rates.investigator],
        ["kept", rates.subject],
      ],
      points,
      words: [app.say("rates.words", { what, list: list(said) }), ...published].join(" "),
    });
    parts.sources.replaceChildren(...sources.map((source) => app.element("li", { lang: "en" }, source)));
    const some = doses.map((units) => app.units(units)).join(", ");
    app.write(
      parts.missing,
      rows.length ? "" : doses.length ? app.say("rates.other", { doses: some }) : app.say("rates.none"),
    );
  };

  const show = (settings) => {
    parts.products.show(settings);
    parts.dose.show(settings);
    const found = app.crowd(settings);
    const what = app.describe(typical(settings));
    const course = app.typicalCourse(settings);
    // While the patients are computed, the curve of the typical patient is new and theirs are grey.
    if (found) parts.last = found;
    const shown = parts.last;
    if (shown) {
      showBands(what, course, shown);
      if (found) showSurvival(what, found);
      if (found?.rates) showRates(what, settings, found);
    } else {
      parts.bands.chart.show({
        axis: app.monthsAxis(),
        days: app.crowdDays,
        bands: [],
        lines: [["line", course.visible]],
        words: what,
      });
    }
    parts.bands.plot.classList.toggle("old", !found);
    parts.survival.plot.classList.toggle("old", !found);
    parts.rates.plot.classList.toggle("old", !found?.rates);
    app.write(
      parts.status,
      found?.rates ? app.say("people.done", { count: app.data.normals.length }) : app.say("computing"),
    );
  };

  const pictures = () =>
    ["bands", "survival", "rates"].map((name) => {
      const { chart, legend, note } = parts[name];
      const listed = name === "rates" ? [...parts.sources.children] : [];
      const sources = listed.map((each, i) => `${i + 1}. ${each.textContent}`);
      return { picture: chart.root, legends: [legend], notes: [note.textContent, ...sources] };
    });

  /** Return the table of what is shown: a row a day, in the shares of a full effect and of patients. */
  const table = () => {
    const settings = app.settings;
    const found = app.crowd(settings);
    const course = app.typicalCourse(settings);
    const names = Object.keys(found?.bands ?? {}).filter((name) => name !== "days");
    const lines = [
      [
        "time",
        "visible_typical",
        ...names.map((name) => `visible_${name}`),
        "share_half",
        "share_any",
        "rate_investigator",
        "rate_subject",
        "published_investigator",
        "published_subject",
        "source",
      ].join(","),
    ];
    const write = (value) => (value === undefined ? "" : Number(value.toPrecision(7)));
    app.crowdDays.forEach((day, k) => {
      const rate = app.rateDays.indexOf(day);
      const values = [
        day,
        course.visible[k],
        ...names.map((name) => found.bands[name][k]),
        found?.half[k],
        found?.any[k],
        ...app.ASSESSORS.map((name) => found?.rates?.[name][rate]),
      ];
      lines.push([...values.map(write), "", "", ""].join(","));
    });
    for (const row of app.publishedRates(settings).rows) {
      const published = app.ASSESSORS.map((name) => (row.assessor === name ? row.value / 100 : undefined));
      lines.push(
        [row.day, "", ...names.map(() => ""), "", "", "", "", ...published.map(write), `"${row.source}"`].join(","),
      );
    }
    return `${lines.join("\n")}\n`;
  };

  const describe = (settings) => app.describe(typical(settings));

  app.addPart({ name: "people", build, show, pictures, table, describe });
}
