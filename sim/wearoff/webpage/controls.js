"use strict";
// The treatment: product, muscle, dose, touch-up; presets; and the curve that is kept to compare with.
{
  const TENTH = 1.2816; // standard deviations: one patient in ten is farther out on one side
  const TREATMENT = ["product", "muscle", "units", "touch_up"];

  const usual = (product, muscle) => {
    const units = app.labelled({ product, muscle });
    return { product, muscle, units, touch_up: 0 };
  };

  /** Return the settings of a preset, which keeps product and muscle. */
  const presets = {
    standard: (treatment) => treatment,
    weak: (treatment) => ({ ...treatment, potency: shift("potency", -app.population("omega_potency")) }),
    quick: (treatment) => ({
      ...treatment,
      light_chain_half_life: shift("light_chain_half_life", -app.population("omega_light_chain")),
    }),
    double: (treatment) => ({ ...treatment, units: 2 * treatment.units }),
    touchup: (treatment) => ({ ...treatment, touch_up: treatment.units / 2 }),
  };

  const shift = (name, omega) => {
    const { value } = app.constants.find((row) => row.name === name);
    return Number((value * Math.exp(TENTH * omega)).toPrecision(3));
  };

  const applyPreset = (name) => {
    const { product, muscle } = app.settings;
    app.set({ ...app.typicalConstants(), ...presets[name](usual(product, muscle)) });
  };

  /** Return the words for a treatment: 20 U of onabotulinumtoxinA, glabella. */
  app.treatmentWords = (settings) => {
    const words = app.say("treatment.words", {
      units: app.units(settings.units),
      product: settings.product,
      muscle: app.say(`muscle.${settings.muscle}`),
    });
    const more = settings.touch_up > 0 ? app.say("treatment.touchup", { units: app.units(settings.touch_up) }) : "";
    return [words, more].filter(Boolean).join(", ");
  };

  /** Return the words for the treatment, and whether the constants are changed. */
  app.describe = (settings) =>
    [app.treatmentWords(settings), app.isTypical(settings) ? "" : app.say("treatment.changed")]
      .filter(Boolean)
      .join(", ");

  /** Keep the curve of the present settings, or drop the one that is kept. */
  const keepCurve = (settings) => app.set({ keep: settings.keep ? "" : app.keptAddress(settings) });

  /** Return the address of a curve to keep: never empty, because an empty one says that none is kept. */
  app.keptAddress = (settings) => app.writeAddress({ ...app.defaults(), ...model(settings) }) || "part=see";

  const model = (settings) =>
    Object.fromEntries([...TREATMENT, ...app.constants.map((row) => row.name)].map((name) => [name, settings[name]]));

  /** Return the lists of products and muscles: their rows, and `show(settings)`; `prefix` begins their ids. */
  app.makeProducts = (prefix = "") => {
    const change = (product) => {
      const muscle = app.muscles(product).includes(app.settings.muscle) ? app.settings.muscle : app.muscles(product)[0];
      app.set(usual(product, muscle));
    };
    const product = app.select(
      `${prefix}product`,
      app.say("product"),
      app.products().map((name) => [name, name]),
      change,
    );
    const muscle = app.select(`${prefix}muscle`, app.say("muscle"), [], (name) =>
      app.set(usual(app.settings.product, name)),
    );
    const show = (settings) => {
      product.set(settings.product);
      const muscles = app.muscles(settings.product);
      const listed = muscle.input.options.length === muscles.length ? null : muscles;
      muscle.set(
        settings.muscle,
        listed?.map((name) => [name, app.say(`muscle.${name}`)]),
      );
    };
    return { rows: [product.row, muscle.row], show };
  };

  /** Mark the doses that trials have seen and the usual one, and return what the marks are in words. */
  const markDoses = (settings, track) => {
    const usualUnits = app.labelled(settings);
    const { low, high } = app.doses(settings);
    const seen = app.dosesSeen(settings);
    const [least, most] = seen ?? [usualUnits, usualUnits];
    const place = (units) => (Math.min(Math.max(units, low), high) - low) / (high - low);
    track.set(place(least), place(most), place(usualUnits));
    if (!seen) return app.say("dose.unseen", { units: app.units(usualUnits) });
    const doses = app.say("range", { from: app.number(least), to: app.units(most) });
    return app.say("dose.note", { units: app.units(usualUnits), seen: least === most ? app.units(most) : doses });
  };

  /** Return the slider of the dose, with a note of the usual one: its rows, and `show(settings)`. */
  app.makeDose = (prefix = "") => {
    const note = app.element("p", { id: `${prefix}dose-note`, class: "small" });
    const track = app.makeTrack();
    const dose = app.slider(
      { id: `${prefix}units`, label: app.say("dose"), min: 1, max: 60, step: 1, describedby: note.id },
      (units) => app.set({ units }),
    );
    const show = (settings) => {
      const { low, high, step } = app.doses(settings);
      app.put(dose.input, { min: low, max: high, step });
      dose.set(settings.units, app.units(settings.units));
      app.write(note, markDoses(settings, track));
    };
    return { rows: [app.element("div", { class: "slide" }, dose.row, track.root), note], show };
  };

  /** Return the panel of the treatment: its root, and `show(settings)`. */
  app.makeControls = () => {
    const products = app.makeProducts();
    const dose = app.makeDose();
    const touch = app.element("input", {
      type: "checkbox",
      id: "touch-up",
      autocomplete: "off",
      onchange: () => app.set({ touch_up: touch.checked ? app.labelled(app.settings) / 2 : 0 }),
    });
    const touchWords = app.element("span", {});
    const buttons = Object.keys(presets).map((name) => [
      name,
      app.button("", () => applyPreset(name), { "data-preset": name }),
    ]);
    const keep = app.button("", () => keepCurve(app.settings), { id: "keep", class: "main" });
    const kept = app.element("p", { class: "small kept-words" });
    const root = app.panel(
      "controls",
      app.say("treatment"),
      false,
      ...dose.rows,
      app.element("label", { class: "check" }, touch, touchWords),
      keep,
      kept,
      app.element("p", { class: "small", id: "presets" }, app.say("presets")),
      app.element(
        "div",
        { class: "presets", role: "group", "aria-labelledby": "presets" },
        ...buttons.map(([, button]) => button),
      ),
      ...products.rows,
    );

    const show = (settings) => {
      const labelled = app.labelled(settings);
      products.show(settings);
      dose.show(settings);
      touch.checked = settings.touch_up > 0;
      app.write(touchWords, app.say("touchup", { units: app.units(settings.touch_up || labelled / 2) }));
      for (const [name, button] of buttons)
        app.write(button, app.say(`preset.${name}`, { units: app.units(2 * labelled) }));
      app.write(keep, app.say(settings.keep ? "keep.drop" : "keep"));
      const other = app.kept();
      app.write(kept, other ? app.say("keep.words", { what: app.describe(other) }) : "");
    };
    return { root, show };
  };
}
