"use strict";
// The settings of the page, and the address that holds those which differ from the defaults.
{
  const LONGEST = 4000; // characters of an address
  const SHOWN = 40; // characters of a wrong value in a message
  const PAUSE = 300; // ms before the address is written: browsers limit how often that may be

  /** What is wrong with an address: field, value, and what is allowed. */
  class Refusal extends Error {
    constructor(field, value, allowed) {
      const text = String(value);
      super(app.say("refused", { field, value: text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text, allowed }));
    }
  }
  app.Refusal = Refusal;

  const definitions = new Map();

  /**
   * Define a setting. A part of the page defines those that only it needs.
   * @param {string} name as it stands in the address
   * @param {{initial: *, read: function(string, Object): *, write: function(*): string}} definition
   */
  app.define = (name, definition) => definitions.set(name, definition);

  const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

  /** Return how a number from `low` to `high` is read and written. */
  app.numberSetting = (name, initial, low, high, unit = "") => ({
    initial,
    read: (text) => {
      const value = NUMBER.test(text) ? Number(text) : NaN;
      if (value >= low && value <= high) return value;
      throw new Refusal(name, text, app.say("allowed.range", { low: String(low), high: `${high} ${unit}`.trim() }));
    },
    write: (value) => String(Number(value.toPrecision(12))),
  });

  /** Return how one of several names is read and written. */
  app.nameSetting = (name, initial, names) => ({
    initial,
    read: (text) => {
      const allowed = names();
      if (allowed.includes(text)) return text;
      throw new Refusal(name, text, allowed.join(", "));
    },
    write: (value) => value,
  });

  // A default may depend on the settings that are defined before it, as the usual dose on the product.
  const initialOf = (each, settings) => (typeof each.initial === "function" ? each.initial(settings) : each.initial);

  /** Return all settings: the chosen ones, and the defaults of the others. */
  app.defaults = (chosen = {}) => {
    const settings = {};
    for (const [name, each] of definitions) settings[name] = chosen[name] ?? initialOf(each, settings);
    return settings;
  };

  /** Return the settings of an address; a wrong one throws a `Refusal`. */
  app.readAddress = (text) => {
    if (text.length > LONGEST) {
      throw new Refusal(
        app.say("address"),
        app.say("characters", { count: text.length }),
        app.say("characters", { count: LONGEST }),
      );
    }
    const chosen = {};
    for (const [name, value] of new URLSearchParams(text)) {
      if (!definitions.has(name)) throw new Refusal(app.say("setting"), name, [...definitions.keys()].join(", "));
      if (Object.hasOwn(chosen, name)) throw new Refusal(name, value, app.say("allowed.once"));
      chosen[name] = definitions.get(name).read(value);
    }
    const settings = app.defaults(chosen);
    app.checkTreatment(settings);
    return settings;
  };

  /** Return the address of settings: those that differ from the defaults. */
  app.writeAddress = (settings) => {
    const pairs = [...definitions].filter(([name, each]) => settings[name] !== initialOf(each, settings));
    return new URLSearchParams(pairs.map(([name, each]) => [name, each.write(settings[name])])).toString();
  };

  let waiting = 0;
  const store = () => {
    // In a frame without an address of its own there is nothing to write to.
    if (location.protocol === "about:") return;
    history.replaceState(null, "", `#${app.writeAddress(app.settings)}`);
  };

  /** Change settings, draw, and write the address a little later. */
  app.set = (changes) => {
    Object.assign(app.settings, changes);
    refuse("");
    app.draw();
    clearTimeout(waiting);
    waiting = setTimeout(store, PAUSE);
  };

  /** Show one line about what is wrong; "" removes it. */
  const refuse = (message) => {
    const line = document.getElementById("refusal");
    line.hidden = message === "";
    app.write(line, message);
  };

  /** Take the settings from the address; those of a wrong address are the defaults. */
  app.follow = () => {
    clearTimeout(waiting);
    let message = "";
    try {
      app.settings = app.readAddress(location.hash.slice(1));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      app.settings = app.defaults();
      message = error.message;
    }
    app.draw();
    refuse(message);
  };
}
