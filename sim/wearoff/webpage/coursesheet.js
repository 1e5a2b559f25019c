"use strict";
// The leaflet of a treatment: the curve with its landmarks, four plates, a text for patients and one for students.
{
  const PLATES = [null, 1, 7, 4 * app.MONTH]; // days; null: before the treatment
  const UNTREATED = { depot: 0, light_chain: 0, snap25: 1, release: 1, force: 1, visible: 0, crease: 1 };
  const PLACES = ["outside", "skin", "muscle", "nerve"]; // whose names stand beside the plates

  /** Return the constants that were changed, in words; "" if none was. */
  app.changedWords = (settings) => {
    const changed = app.constants.filter((row) => settings[row.name] !== row.value);
    const list = changed.map((row) =>
      app.say("leaflet.constant", {
        name: app.say(`constant.${row.name}`),
        value: app.constantWords(row, settings[row.name]),
        usual: app.constantWords(row, row.value),
      }),
    );
    return list.length ? app.say("leaflet.changed", { list: list.join("; ") }) : "";
  };

  const makeLandmarks = (landmarks, people) =>
    app.element(
      "ol",
      {},
      ...app.LANDMARKS.map((name, i) => {
        const { value, middle } = app.landmarkWords(name, landmarks, people);
        return app.element(
          "li",
          {},
          app.element(
            "p",
            {},
            app.element("b", { class: "leaflet-number" }, String(i + 1)),
            ` ${app.say(`number.${name}`)}`,
          ),
          app.element("p", { class: "leaflet-value" }, value),
          app.element("p", {}, middle),
        );
      }),
    );

  const makePlate = (result, day) => {
    const drawing = app.makeDrawing();
    if (day === null) {
      drawing.show(UNTREATED, result.whole, 0, "");
      return [drawing, app.say("leaflet.before"), app.say("leaflet.before.words")];
    }
    const place = app.momentAt(day);
    const shares = app.shares(result, place);
    drawing.show(app.row(result, place), result.whole, 0, "");
    const name = day < app.MONTH ? app.moment(day) : app.say("month", { month: app.whole(day / app.MONTH) });
    return [drawing, name, app.momentWords(result, place, shares)];
  };

  const makePlates = (result) =>
    app.element(
      "div",
      { class: "leaflet-row" },
      app.element(
        "div",
        { class: "leaflet-places" },
        ...PLACES.map((name) =>
          app.element("span", { class: `leaflet-${name}` }, app.say(`drawing.${name}`).replace("- ", "")),
        ),
      ),
      ...PLATES.map((day) => {
        const [drawing, name, words] = makePlate(result, day);
        return app.element(
          "figure",
          {},
          drawing.root,
          app.element("figcaption", {}, app.element("strong", {}, `${name}.`), ` ${words}`),
        );
      }),
    );

  const patientWords = (settings, result) => {
    const { min_interval_days: shortest, limit_status: status } = app.data.products[settings.product];
    const label = app.say(status === "assumed" ? "leaflet.assumed" : "leaflet.label", {
      days: app.counted(shortest, "days"),
      day: app.moment(shortest),
      left: app.percent(result.table.visible[app.momentAt(shortest)]),
    });
    return [app.say("leaflet.visit"), `${app.say("leaflet.renewed")} ${label}`, app.say("leaflet.ask")];
  };

  const studentWords = (settings) => {
    const halfLife = (name) => app.timeConstant(settings[`${name}_half_life`]);
    const values = {
      depot: halfLife("depot"),
      binding: halfLife("binding"),
      endocytosis: halfLife("endocytosis"),
      translocation: halfLife("translocation"),
      snap25: halfLife("snap25"),
      lightChain: halfLife("light_chain"),
      release: app.percent(settings.release_at_half_force),
      units: app.units(settings.dose_at_half_uptake / app.data.products[settings.product].relative_potency),
    };
    const say = (name) => [app.say(`leaflet.${name}`), app.say(`leaflet.${name}.words`, values)];
    return ["way", "late", "lasts"].map(say);
  };

  const makeTexts = (settings, result) =>
    app.element(
      "div",
      { class: "leaflet-texts" },
      app.sheetSection(
        "patients",
        app.say("leaflet.patients"),
        ...patientWords(settings, result).map((words) => app.element("p", {}, words)),
      ),
      app.sheetSection(
        "students",
        app.say("leaflet.students"),
        ...studentWords(settings).map(([lead, words]) =>
          app.element("p", {}, app.element("strong", {}, lead), ` ${words}`),
        ),
      ),
    );

  /** Return what is printed of a treatment: see `leaflet.js`. */
  app.courseSheet = (settings) => {
    const result = app.result(settings);
    const people = app.peopleNow(settings);
    const kept = app.kept();
    const curve = app.makeCurve(null);
    // The title of the sheet says what was given.
    const legend = app.makeLegend("legend.kept", "legend.visit");
    legend.show(settings, people, kept);
    const landmarks = app.LANDMARKS.map((name) => result.landmarks[name]);
    const draw = () =>
      curve.show({
        table: result.table,
        place: null,
        kept: kept && app.result(kept).table.visible,
        people,
        surprises: [null, null],
        numbered: landmarks.map((day) => day !== null && app.momentAt(day)),
        visits: app.visits(settings),
        words: app.describeCurve(settings, result, 0),
      });
    const body = [
      app.sheetSection("curve", "", app.element("div", { class: "leaflet-plot" }, curve.root), legend.root),
      app.sheetSection(
        "landmarks",
        app.say("numbers"),
        makeLandmarks(result.landmarks, people),
        app.element("p", {}, app.say("numbers.people")),
      ),
      app.sheetSection("plates", app.say("picture"), makePlates(result), app.makeSignKey()),
      makeTexts(settings, result),
    ];
    return {
      before: app.say("title"),
      title: app.describe(settings),
      after: [app.changedWords(settings)],
      body,
      draw,
    };
  };
}
