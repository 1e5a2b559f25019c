"use strict";
// A chart over days: bands, lines and points, with ticks that are given.
{
  const { shape } = app;

  const SHAPES = {
    circle: (size) => `M${-size} 0a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0Z`,
    square: (size) => `M${-size} ${-size}H${size}V${size}H${-size}Z`,
    triangle: (size) => `M0 0l${-size} ${1.4 * -size}h${2 * size}Z`,
  };
  /** The path of a sign around (0, 0), by its name. */
  app.sign = (name, size) => SHAPES[name](size);

  // Where the words of a point stand, in sizes of the type.
  const WORDS_AT = { above: [0, -0.6, "middle"], beside: [0.6, 0.28, "start"], below: [0, 1.2, "middle"] };

  const layoutFor = (width, height, type, widest) => {
    const [left, right, top, bottom] = [
      (0.55 * widest + 0.9) * type,
      width - 1.2 * type,
      0.9 * type,
      height - 2.6 * type,
    ];
    return { width, height, type, left, right, top, bottom, y: (level) => bottom - (bottom - top) * level };
  };

  const path = (xs, ys) => xs.map((x, i) => `${i ? "L" : "M"}${x.toFixed(1)} ${ys[i].toFixed(1)}`).join("");

  const drawAxes = (root, at, levels, axis) => {
    const write = (x, y, words, anchor) =>
      shape("text", { x, y, "text-anchor": anchor, "font-size": 0.85 * at.type }, root, words);
    for (const [level, words] of levels) {
      shape("path", { class: level ? "grid" : "axis", d: `M${at.left} ${at.y(level)}H${at.right}` }, root);
      write(at.left - 0.4 * at.type, at.y(level) + 0.3 * at.type, words, "end");
    }
    // Where the words of all ticks have no room, every second or third tick has words.
    const longest = Math.max(...axis.ticks.map(([, words]) => words.length));
    const needed = (0.5 * longest + 0.6) * at.type,
      pitch = (at.right - at.left) / (axis.ticks.length || 1);
    const step = Math.ceil(needed / pitch);
    axis.ticks.forEach(([day, words], i) => {
      const x = at.x(day);
      shape("path", { class: "grid", d: `M${x} ${at.top}V${at.bottom}` }, root);
      if (i % step === 0 && x + needed / 2 < at.width) write(x, at.bottom + 1.1 * at.type, words, "middle");
    });
    write(at.right, at.bottom + 2.2 * at.type, axis.name, "end");
  };

  const drawPoint = (root, at, { day, level, sign, hollow, words, place }) => {
    const point = shape(
      "g",
      { class: `point ${sign}${hollow ? " hollow" : ""}`, transform: `translate(${at.x(day)} ${at.y(level)})` },
      root,
    );
    shape("path", { d: SHAPES[sign](0.38 * at.type) }, point);
    const [x, y, anchor] = WORDS_AT[place];
    shape("text", { x: x * at.type, y: y * at.type, "text-anchor": anchor, "font-size": 0.8 * at.type }, point, words);
  };

  /**
   * Return a chart that fills its parent: its root, and `show(view)` with
   * - `axis`: `last` day, `ticks` (day, words), `name`;
   * - `days`, over which are `bands` ([class, low, high]) and `lines` ([class, values]);
   * - `points`: `day, level, sign, hollow, words, place` (of the words: above, beside, below); `triangles`: days on the axis; `marks`: [class, day];
   * - `words`, its alternative in words.
   * @param {[number, string][]} levels ticks of the height, 0 to 1
   */
  app.makeChart = (levels) => {
    const root = shape("svg", { role: "img", class: "curve chart", "aria-label": app.say("computing") });
    const widest = Math.max(...levels.map(([, words]) => words.length));
    let at = null;
    let view = null;

    const draw = () => {
      if (!at || !view) return;
      const { axis, days, bands, lines, points = [], triangles = [], marks = [] } = view;
      at.x = (day) => at.left + ((at.right - at.left) * day) / axis.last;
      root.replaceChildren();
      const xs = Array.from(days, at.x);
      const ys = (values) => Array.from(values, at.y);
      for (const [name, low, high] of bands) {
        const back = path([...xs].reverse(), ys(low).reverse());
        shape("path", { class: name, d: `${path(xs, ys(high))}${back.replace("M", "L")}Z` }, root);
      }
      drawAxes(root, at, levels, axis);
      for (const [name, values] of lines) shape("path", { class: name, d: path(xs, ys(values)) }, root);
      for (const [name, day] of marks) shape("path", { class: name, d: `M${at.x(day)} ${at.top}V${at.bottom}` }, root);
      for (const day of triangles) {
        shape(
          "path",
          {
            class: "visits",
            d: app.sign("triangle", 0.4 * at.type),
            transform: `translate(${at.x(day)} ${at.bottom})`,
          },
          root,
        );
      }
      for (const point of points) drawPoint(root, at, point);
      root.setAttribute("aria-label", view.words);
    };

    const resize = () => {
      const { width, height } = root.getBoundingClientRect();
      if (!app.hasRoom(width, height) || (at && at.width === width && at.height === height)) return;
      at = layoutFor(width, height, parseFloat(getComputedStyle(root).fontSize), widest);
      root.setAttribute("viewBox", `0 0 ${width} ${height}`);
      draw();
    };
    new ResizeObserver(resize).observe(root);

    const show = (changed) => {
      view = changed;
      if (at) draw();
      else resize();
    };
    return { root, show };
  };

  /** Return the axis of the months after one treatment. */
  app.monthsAxis = () => {
    const ticks = [];
    for (let month = 0; month * app.MONTH <= app.LAST_DAY; month += 1) ticks.push([month * app.MONTH, String(month)]);
    return { last: app.LAST_DAY, ticks, name: app.say("curve.months") };
  };

  // Of the calendar: a ring, a diamond, an upright line.
  const PICTURES = {
    look: "M9 6a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z",
    next: "M14 0l6 6l-6 6l-6 -6Z",
    "label-day": "M14 0V12",
  };

  /** Return a legend: pairs of a class of the chart and its words; "band" classes are filled, signs are signs. */
  app.makeKey = (items) =>
    app.element(
      "ul",
      { class: "legend" },
      ...items.map(([name, words]) => {
        const picture = shape("svg", { viewBox: "0 0 28 12", "aria-hidden": "true", class: "curve swatch" });
        const [sign] = name.split(" ");
        if (SHAPES[sign]) {
          const point = shape(
            "g",
            { class: `point ${name}`, transform: `translate(14 ${sign === "triangle" ? 11 : 6})` },
            picture,
          );
          shape("path", { d: SHAPES[sign](4.5) }, point);
        } else
          shape(
            "path",
            { class: name, d: PICTURES[name] ?? (name.includes("band") ? "M0 0H28V12H0Z" : "M0 6H28") },
            picture,
          );
        return app.element("li", {}, picture, app.element("span", {}, words));
      }),
    );
}
