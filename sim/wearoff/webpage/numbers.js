"use strict";
// The landmarks as whole days or weeks, each with the middle half of patients below.
{
  app.LANDMARKS = ["onset", "nearPeak", "half", "wearOff"];

  /** Return the day of a landmark in words, and the middle half of patients, "" where there is none. */
  app.landmarkWords = (name, landmarks, people) => {
    const middle = people?.landmarks[name];
    return {
      value: landmarks[name] === null ? app.say("never") : app.duration(landmarks[name]),
      middle: middle ? app.say("middle", { range: app.range(...middle) }) : "",
    };
  };

  /** Return the panel of landmarks: its root, and `show(landmarks, people, typical)`. */
  app.makeNumbers = () => {
    const cells = app.LANDMARKS.map((name) => {
      const value = app.element("dd", { class: "value" });
      const people = app.element("dd", { class: "people" });
      const cell = app.element("div", {}, app.element("dt", {}, app.say(`number.${name}`)), value, people);
      return { name, value, people, cell };
    });
    const who = app.element("p", { class: "who" });
    const root = app.panel(
      "numbers",
      app.say("numbers"),
      false,
      who,
      app.element("dl", {}, ...cells.map(({ cell }) => cell)),
      app.element("p", { class: "small" }, app.say("numbers.people")),
    );
    const show = (landmarks, people, typical) => {
      app.write(who, app.say(typical ? "typical" : "changed"));
      for (const { name, value, people: below } of cells) {
        const words = app.landmarkWords(name, landmarks, people);
        app.write(value, words.value);
        app.write(below, words.middle || "\u00a0");
      }
    };
    return { root, show };
  };
}
