"use strict";
// Five questions to answer before looking. The numbers in them, and where to look, are computed with the usual treatment.
{
  const CHOICES = ["a", "b", "c"];

  const usual = () => app.defaults({ product: app.settings.product, muscle: app.settings.muscle });

  /** Return the right choice for a length of time that a double dose lasts longer, as a share. */
  const longer = (share) => (share > 0.75 ? "a" : share > 0.02 ? "b" : "c");

  /** Return what a question needs to look at a place of the usual course. */
  const look = (right, settings, place, name) => {
    const result = app.result(settings);
    const day = app.moments[place];
    return { right, values: { ...app.shares(result, place), ...name(day, place) }, settings: { ...settings, day } };
  };

  const atSurprise = (number, right) => {
    const settings = usual();
    const place = app.surprises(app.result(settings))[number] ?? 0;
    return look(right, settings, place, () => ({ day: app.surpriseDay(place) }));
  };

  const atLandmark = (landmark, right) => {
    const settings = usual();
    const place = app.momentAt(app.whole(app.result(settings).landmarks[landmark] ?? 0));
    return look(right, settings, place, (day) => ({ day: app.moment(day), time: app.duration(day) }));
  };

  const twiceTheDose = () => {
    const settings = usual();
    const twice = { ...settings, units: 2 * settings.units };
    const [once, more] = [settings, twice].map((each) => app.result(each).landmarks.half ?? 0);
    const values = { units: app.units(twice.units), half: app.duration(once), longer: app.duration(more - once) };
    const kept = { ...twice, day: app.whole(once), keep: app.keptAddress(settings) };
    return { right: longer((more - once) / (once || 1)), values, settings: kept };
  };

  /** Each question: the right choice, the values of its texts, and the settings to look at. */
  const QUESTIONS = [
    () => atSurprise(0, "b"),
    twiceTheDose,
    () => atSurprise(1, "c"),
    () => atLandmark("onset", "b"),
    () => atLandmark("half", "c"),
  ];

  /** Return the panel of the questions: its root, and `show()`. */
  app.makeQuestions = () => {
    let number = 0;
    let asked = null;
    const count = app.element("p", { class: "small" });
    const text = app.element("p", { class: "question" });
    const answer = app.element("p", { class: "answer", role: "status" });
    const choices = CHOICES.map((name) =>
      app.button("", () => choose(name), { class: "choice", "aria-pressed": "false" }),
    );
    const next = app.button(
      app.say("question.next"),
      () => {
        number += 1;
        ask();
        text.focus();
      },
      { class: "main" },
    );
    text.tabIndex = -1;
    const root = app.panel(
      "questions",
      app.say("questions"),
      false,
      count,
      text,
      app.element("div", { class: "choices", role: "group", "aria-label": app.say("question.choices") }, ...choices),
      answer,
      next,
    );

    const key = () => `question.${(number % QUESTIONS.length) + 1}`;

    const ask = () => {
      asked = QUESTIONS[number % QUESTIONS.length]();
      app.write(count, app.say("question.count", { number: (number % QUESTIONS.length) + 1, of: QUESTIONS.length }));
      app.write(text, app.say(key(), asked.values));
      app.write(answer, "");
      answer.className = "answer";
      choices.forEach((button, i) => {
        app.write(button, app.say(`${key()}.${CHOICES[i]}`, asked.values));
        button.setAttribute("aria-pressed", "false");
        button.className = "choice";
      });
    };

    const choose = (name) => {
      const isRight = name === asked.right;
      choices.forEach((button, i) => {
        button.setAttribute("aria-pressed", String(CHOICES[i] === name));
        button.classList.toggle("right", CHOICES[i] === asked.right);
      });
      app.write(
        answer,
        `${app.say(isRight ? "question.yes" : "question.no")} ${app.say(`${key()}.why`, asked.values)}`,
      );
      answer.classList.toggle("no", !isRight);
      app.set({ ...asked.settings, part: app.settings.part, wall: app.settings.wall });
    };

    let treatment = "";
    const show = () => {
      // The texts name the usual dose of the product.
      const now = `${app.settings.product} ${app.settings.muscle}`;
      if (now === treatment) return;
      treatment = now;
      ask();
    };
    return { root, show };
  };
}
