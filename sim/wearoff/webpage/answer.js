"use strict";
// The answer of the part Visits: the next date with its ranges, the label's date, the typical patient's, a sentence.
{
  const RARE = 0.05; // a smaller chance that the level is never reached is not told

  /** Return the words for a level of the effect. */
  app.levelWords = (level) =>
    level === app.data.levels.half_effect
      ? app.say("level.half")
      : app.say("level.other", { level: app.percent(level) });

  /** Return what the forecast says of a history at a level, in days since 1970; a day after its end is infinite. */
  app.readAnswer = (history, { forecast }, { level, weeks }) => {
    const date = forecast.nextVisit(level);
    const on = (day) => history.start + Math.floor(day);
    const row = date.lost.find((each) => each.weeks === weeks);
    const typical = app.typicalLoss(history, level);
    return {
      day: on(date.day),
      half: date.half.map(on),
      most: date.four_fifths.map(on),
      label: on(date.label_day),
      last: history.start + Math.max(...[...history.visits, ...history.seen].map(({ day }) => day)),
      never: date.never,
      typical: typical === null ? null : on(typical),
      visit: on(row.day),
      below: row.chance,
      lost: date.lost.map((each) => ({ ...each, day: on(each.day) })),
    };
  };

  // The median patient reaches the level.
  const isReached = (answer) => answer.never <= 0.5;

  const dayWords = (day) =>
    day === null ? app.say("never") : Number.isFinite(day) ? app.dateWords(day) : app.say("later");

  const between = ([low, high]) =>
    Number.isFinite(high) ? app.dateRange(low, high) : app.say("range", { from: dayWords(low), to: dayWords(high) });

  // The level is lost before the last row of the history.
  const isPast = (answer) => isReached(answer) && answer.day < answer.last;

  /** Return the answer in words, in the order in which it is shown; `brief` is for the button of a phone. */
  app.answerWords = (answer, { level, weeks }) => ({
    brief: app.say(isPast(answer) ? "answer.brief.past" : "answer.brief", {
      day: isReached(answer) ? dayWords(answer.day) : app.say("never"),
    }),
    lead: isReached(answer)
      ? app.say(isPast(answer) ? "answer.lead.past" : "answer.lead", { level: app.levelWords(level) })
      : app.levelWords(level),
    day: isReached(answer) ? dayWords(answer.day) : app.say("never"),
    past: isPast(answer) ? app.say("answer.past", { date: dayWords(answer.last) }) : "",
    half: isReached(answer) ? app.say("answer.half", { range: between(answer.half) }) : "",
    most: isReached(answer) ? app.say("answer.most", { range: between(answer.most) }) : "",
    label: app.say("answer.label", { date: dayWords(answer.label) }),
    early: isReached(answer) && answer.day < answer.label ? app.say("answer.early") : "",
    typical: app.say("answer.typical", { date: dayWords(answer.typical) }),
    sentence: app.say("answer.sentence", {
      weeks: app.counted(weeks, "weeks"),
      date: app.dateWords(answer.visit),
      below: app.percent(answer.below),
      level: app.levelWords(level),
    }),
    never:
      answer.never >= RARE
        ? app.say("answer.never", { share: app.percent(answer.never), level: app.levelWords(level) })
        : "",
  });

  /** Return the panel of the answer: its root, and `show(words, state, warning)`; state is "shown", "old" or "away". */
  app.makeAnswer = () => {
    const names = ["past", "half", "most", "label", "early", "typical", "sentence", "never"];
    const lead = app.element("p", { class: "lead" });
    const day = app.element("p", { class: "date" });
    const lines = Object.fromEntries(names.map((name) => [name, app.element("p", { class: `answer-${name}` })]));
    const warning = app.element("p", { class: "warning" });
    const level = app.slider({ id: "level", label: app.say("level"), min: 20, max: 90, step: 5 }, (value) =>
      app.set({ level: value / 100 }),
    );
    const body = app.element(
      "div",
      { class: "next-date", role: "status" },
      lead,
      day,
      ...Object.values(lines),
      warning,
    );
    const away = app.element("p", { class: "away" }, app.say("answer.away"));
    const root = app.panel(
      "answer-panel",
      app.say("answer"),
      false,
      away,
      body,
      level.row,
      app.element("p", { class: "small" }, app.say("honest")),
    );
    const show = (words, state, warned, settings) => {
      level.set(
        Math.round(100 * settings.level),
        app.percent(settings.level),
        app.say("level.other", { level: app.percent(settings.level) }),
      );
      away.hidden = state !== "away";
      body.hidden = state === "away";
      body.classList.toggle("old", state === "old");
      body.setAttribute("aria-busy", String(state === "old"));
      app.write(lead, words?.lead ?? app.say("computing"));
      app.write(day, words?.day ?? "…");
      for (const name of names) {
        app.write(lines[name], words?.[name] ?? "");
        lines[name].hidden = !words?.[name];
      }
      app.write(warning, warned && app.say(`warning.${warned}`));
      warning.hidden = !warned;
    };
    return { root, show };
  };
}
