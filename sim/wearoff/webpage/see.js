"use strict";
// See: the nerve ending, the muscle and the skin, moving with the day above the curve.
{
  // While it plays: ms between two pictures, and moments from one to the next. A day of the first week has eight moments,
  // so that it takes eight times as long as a later one. Who wants less motion sees a picture a second.
  const PLAY = { pause: 33, moments: 0.5 };
  const PLAY_CALMLY = { pause: 1000, moments: 8 };
  const LAST = app.moments.length - 1;
  let parts = null;
  let timer = 0;
  let moved = false; // whether the day was chosen or played since the page was opened

  const setPlace = (place) => {
    moved = true;
    app.set({ day: app.moments[Math.min(Math.max(Math.round(place), 0), LAST)] });
  };

  const namePlay = (name, other) => {
    app.write(parts.play, app.say(name));
    parts.play.dataset.other = app.say(other);
  };

  const stop = () => {
    clearInterval(timer);
    timer = 0;
    namePlay("play", "pause");
  };

  const play = () => {
    if (timer) return stop();
    let place = app.momentAt(app.settings.day);
    // The first time it begins with the treatment, so that nobody misses the first week.
    if (place === LAST || !moved) place = 0;
    namePlay("pause", "play");
    const { pause, moments } = matchMedia("(prefers-reduced-motion: reduce)").matches ? PLAY_CALMLY : PLAY;
    timer = setInterval(() => {
      place += moments;
      if (app.settings.part !== "see" || place >= LAST) stop();
      setPlace(place);
    }, pause);
  };

  const makeDay = () => {
    const day = app.slider({ id: "day", label: app.say("day.label"), min: 0, max: LAST, step: 1 }, (place) => {
      if (timer) stop();
      setPlace(place);
    });
    const playing = app.button(app.say("play"), play, { id: "play", class: "main", "data-other": app.say("pause") });
    return { day, play: playing };
  };

  /** Return the sign of a surprise, as it is on the curve. */
  const makeSign = () => {
    const picture = app.shape("svg", { viewBox: "-10 -10 20 20", class: "curve", "aria-hidden": "true" });
    const mark = app.shape("g", { class: "surprise" }, picture);
    app.shape("path", { d: "M0 -9L9 0L0 9L-9 0Z" }, mark);
    app.shape("text", { y: 3.5, "text-anchor": "middle", "font-size": 10 }, mark, "!");
    return picture;
  };

  const makeSurprises = () =>
    [0, 1].map((i) => {
      const go = () => {
        if (timer) stop();
        const place = app.surprises(app.result(app.settings))[i];
        if (place !== null) setPlace(place);
      };
      const button = app.button("", go, { class: "surprise", id: `surprise-${i + 1}` });
      const words = app.element("span", {});
      button.append(makeSign(), words);
      return { button, words };
    });

  const build = (section) => {
    const { day, play: playing } = makeDay();
    const drawing = app.makeDrawing();
    // For the picture that is saved: on the screen the steps beside the drawing show the signs.
    const signs = app.makeSignKey();
    signs.classList.add("unseen");
    signs.setAttribute("aria-hidden", "true");
    const steps = app.makeSteps();
    const curve = app.makeCurve((place) => {
      if (timer) stop();
      setPlace(place);
    });
    const now = app.element("p", { class: "caption", id: "now" });
    const surprises = makeSurprises();
    const numbers = app.makeNumbers();
    const controls = app.makeControls();
    const questions = app.makeQuestions();
    const legend = app.makeLegend();
    section.append(
      app.element(
        "div",
        { class: "scene" },
        app.panel("picture", app.say("picture"), true, drawing.root),
        app.panel(
          "course",
          app.say("curve"),
          true,
          now,
          app.element(
            "div",
            { class: "day-row" },
            playing,
            app.element("div", { class: "surprises", role: "group", "aria-label": app.say("surprises") }, ...surprises.map(({ button }) => button)),
          ),
          day.row,
          app.element("div", { class: "plot" }, curve.root),
          legend.root,
        ),
        app.panel("steps-panel", app.say("steps"), true, steps.root, signs),
      ),
      app.element("div", { class: "aside" }, numbers.root, controls.root),
      app.element("div", { class: "below" }, questions.root, app.makeDownloads()),
    );
    parts = { day, play: playing, drawing, signs, steps, curve, now, surprises, numbers, controls, questions, legend };
  };

  const showSurprises = (places, place) =>
    parts.surprises.forEach(({ button, words }, i) => {
      button.hidden = places[i] === null;
      if (places[i] !== null) app.write(words, app.say("surprise", { day: app.surpriseDay(places[i]) }));
      button.setAttribute("aria-pressed", String(places[i] === place));
    });

  const show = (settings) => {
    const result = app.result(settings);
    const place = app.momentAt(settings.day);
    const people = app.people(settings);
    const kept = app.kept();
    const row = app.row(result, place);
    const shares = app.shares(result, place);
    const [step] = app.stepAt(result, place);
    const moment = app.moment(app.moments[place]);
    const places = app.surprises(result);
    parts.day.set(place, moment);
    app.write(parts.now, `${moment}. ${app.momentWords(result, place, shares)}`);
    parts.drawing.show(row, result.whole, step, app.say("drawing.words", { ...shares, day: moment }));
    parts.steps.show(step, shares);
    const description = app.describeCurve(settings, result, place);
    parts.curve.show({
      table: result.table,
      place,
      kept: kept && app.result(kept).table.visible,
      people,
      surprises: places,
      visits: app.visits(settings),
      words: description,
    });
    showSurprises(places, place);
    parts.numbers.show(result.landmarks, people, app.isTypical(settings));
    parts.controls.show(settings);
    parts.questions.show();
    parts.legend.show(settings, people, kept);
  };

  const pictures = () => [
    { picture: parts.drawing.root, legends: [parts.steps.names, parts.signs], notes: [parts.now.textContent] },
    { picture: parts.curve.root, legends: [parts.legend.root] },
  ];

  app.addPart({ name: "see", build, show, pictures, table: app.table, describe: app.describe });
}
