"use strict";
// Constants: each with its sentence, value and unit, default and plausible range on the track, and source.
{
  let parts = null;

  /** Return a value with its unit in words. */
  app.constantWords = (row, value) => {
    if (row.name.endsWith("_half_life")) return app.timeConstant(value);
    if (row.unit === "fraction") return app.percent(value);
    return app.say(`unit.${row.name}`, { value: app.number(value) });
  };

  /** Return the track under a slider, on which the plausible range and the default are marked. */
  const makeTrack = (row) => {
    const of = (value) => app.trackPlace(row, value) / app.trackSteps;
    const track = app.makeTrack();
    track.set(of(row.low), of(row.high), of(row.value));
    return track.root;
  };

  const makeConstant = (row) => {
    const name = app.say(`constant.${row.name}`);
    const note = `${row.name}-note`;
    const slider = app.slider(
      { id: row.name, label: name, min: 0, max: app.trackSteps, step: 1, describedby: note },
      (place) => app.set({ [row.name]: app.trackValue(row, place) }),
    );
    const reset = app.button(app.say("reset"), () => app.set({ [row.name]: row.value }), {
      class: "reset",
      "aria-label": app.say("reset.one", { name }),
    });
    const words = { low: app.constantWords(row, row.low), high: app.constantWords(row, row.high), value: app.constantWords(row, row.value) };
    slider.input.before(app.element("p", { class: "meaning" }, app.say(`constant.${row.name}.words`)));
    const root = app.element(
      "li",
      { class: "constant" },
      app.element("div", { class: "slide" }, slider.row, makeTrack(row)),
      app.element("p", { class: "small", id: note }, app.say("constant.range", words)),
      app.element(
        "details",
        {},
        app.element("summary", {}, app.say("source")),
        app.element("p", { class: "small" }, `${row.name}, ${row.value} ${row.unit === "1" ? "" : row.unit}`.trim()),
        app.element("p", { class: "small", lang: "en" }, row.source),
      ),
      reset,
    );
    const show = (value) => {
      const isDefault = value === row.value;
      const said = app.constantWords(row, value);
      slider.set(app.trackPlace(row, value), said, isDefault ? app.say("default", { value: said }) : said);
      reset.disabled = isDefault;
      root.classList.toggle("changed", !isDefault);
    };
    return { row, root, show };
  };

  const build = (section) => {
    const rows = app.constants.map(makeConstant);
    const all = app.button(app.say("reset.all"), () => app.set(app.typicalConstants()), {
      id: "reset-all",
      class: "main",
    });
    const curve = app.makeCurve(null);
    const cascade = app.makeCascade();
    const treatment = app.element("p", { class: "small" });
    const legend = app.makeLegend("legend.default");
    section.append(
      app.element(
        "div",
        { class: "charts" },
        app.panel(
          "effect",
          app.say("curve"),
          false,
          treatment,
          app.element("div", { class: "plot" }, curve.root),
          legend.root,
        ),
        app.panel(
          "cascade-panel",
          app.say("cascade"),
          false,
          app.element("p", { class: "small" }, app.say("cascade.note")),
          app.element("div", { class: "plot" }, cascade.root),
          app.makeDownloads(),
        ),
      ),
      app.panel(
        "list",
        app.say("part.constants"),
        false,
        app.element("p", { class: "small" }, app.say("constants.note")),
        all,
        app.element("ul", { class: "constants" }, ...rows.map(({ root }) => root)),
      ),
    );
    parts = { rows, all, curve, cascade, treatment, legend };
  };

  const show = (settings) => {
    const result = app.result(settings);
    const place = app.momentAt(settings.day);
    const standard = app.result({ ...settings, ...app.typicalConstants() });
    const typical = app.isTypical(settings);
    app.write(parts.treatment, app.describe(settings));
    parts.curve.show({
      table: result.table,
      place,
      kept: typical ? null : standard.table.visible,
      people: null,
      surprises: [null, null],
      visits: app.visits(settings),
      words: app.describeCurve(settings, result, place),
    });
    parts.cascade.show(result);
    parts.legend.show(settings, null, !typical);
    parts.all.disabled = typical;
    for (const { row, show: showRow } of parts.rows) showRow(settings[row.name]);
  };

  const pictures = () => [
    { picture: parts.curve.root, legends: [parts.legend.root] },
    { picture: parts.cascade.root, legends: [], notes: [app.say("cascade.note")] },
  ];

  app.addPart({ name: "constants", build, show, pictures, table: app.table, describe: app.describe });
}
