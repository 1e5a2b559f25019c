"use strict";
// The curve of the visible effect. The first week has more room than its share, between two grounds that say so.
{
  const { shape } = app;
  const WEEK_TICKS = [0, 1, 3, 5, 7];
  const FEW_TICKS = [0, 3, 7]; // where the first week is narrow
  const LAST = app.moments.length - 1;
  const WEEK = app.momentAt(app.FIRST_WEEK);

  /** Return the layout for a size in pixels and the size of the type. */
  const layoutFor = (width, height, type) => {
    const left = 3.4 * type;
    const right = width - type;
    const top = 1.9 * type;
    const bottom = height - 2.6 * type;
    return {
      width,
      height,
      type,
      left,
      right,
      top,
      bottom,
      x: (place) => left + ((right - left) * place) / LAST,
      y: (visible) => bottom - (bottom - top) * visible,
    };
  };

  const placeOf = (day) => (day <= app.FIRST_WEEK ? (WEEK * day) / app.FIRST_WEEK : WEEK + day - app.FIRST_WEEK);

  const line = (at, values) => {
    let path = "M";
    for (let i = 0; i <= LAST; i += 1) path += `${i ? "L" : ""}${at.x(i).toFixed(1)} ${at.y(values[i]).toFixed(1)}`;
    return path;
  };

  const area = (at, low, high) => {
    let back = "";
    for (let i = LAST; i >= 0; i -= 1) back += `L${at.x(i).toFixed(1)} ${at.y(low[i]).toFixed(1)}`;
    return `${line(at, high)}${back}Z`;
  };

  const axes = (root, at) => {
    const write = (x, y, words, anchor) =>
      shape("text", { x, y, "text-anchor": anchor, "font-size": 0.85 * at.type }, root, words);
    shape(
      "rect",
      { class: "week", x: at.x(0), y: at.top, width: at.x(WEEK) - at.x(0), height: at.bottom - at.top },
      root,
    );
    for (const [level, name] of [
      [0, "none"],
      [0.5, "half"],
      [1, "full"],
    ]) {
      shape("path", { class: level ? "grid" : "axis", d: `M${at.left} ${at.y(level)}H${at.right}` }, root);
      write(at.left - 0.4 * at.type, at.y(level) + 0.3 * at.type, app.say(`curve.${name}`), "end");
    }
    const under = at.bottom + 1.1 * at.type;
    const ticks = at.x(WEEK) - at.left < 8 * at.type ? FEW_TICKS : WEEK_TICKS;
    for (const day of ticks) write(at.x(placeOf(day)), under, day, "middle");
    for (let month = 1; month * app.MONTH <= app.LAST_DAY - 10; month += 1) {
      const x = at.x(placeOf(month * app.MONTH));
      shape("path", { class: "grid", d: `M${x} ${at.top}V${at.bottom}` }, root);
      write(x, under, month, "middle");
    }
    const names = at.bottom + 2.2 * at.type;
    write(at.left, names, app.say("curve.days"), "start");
    write(at.right, names, app.say("curve.months"), "end");
  };

  /** Return what changes with the settings, on top of the axes. */
  const layers = (root, at) => ({
    band: shape("path", { class: "band" }, root),
    kept: shape("path", { class: "kept" }, root),
    curve: shape("path", { class: "line" }, root),
    visits: shape("path", { class: "visits" }, root),
    day: shape("path", { class: "day" }, root),
    dot: shape("circle", { class: "dot", r: 0.45 * at.type }, root),
    marks: [0, 1].map(() => {
      const mark = shape("g", { class: "surprise" }, root);
      shape("path", { d: `M0 ${-0.85 * at.type}L${0.85 * at.type} 0L0 ${0.85 * at.type}L${-0.85 * at.type} 0Z` }, mark);
      shape("text", { y: 0.3 * at.type, "text-anchor": "middle", "font-size": 0.9 * at.type }, mark, "!");
      return mark;
    }),
    numbered: shape("g", { class: "numbered" }, root),
    name: shape("text", { class: "name", y: 0.6 * at.top, "font-size": 0.95 * at.type }, root),
  });

  const drawDay = (layer, at, place, visible) => {
    const x = at.x(place);
    app.put(layer.day, { d: `M${x} ${0.75 * at.top}V${at.bottom}` });
    app.put(layer.dot, { cx: x, cy: at.y(visible) });
    app.put(layer.name, { x: Math.max(x, at.left), "text-anchor": place < LAST / 2 ? "start" : "end" });
    app.write(layer.name, app.moment(app.moments[place]));
  };

  const NUMBER = 0.72; // of the type: the radius of the sign of a number

  /** Draw numbers from 1 on at places on the curve; a place may be false. */
  const drawNumbers = (layer, at, places, visible) =>
    layer.numbered.replaceChildren(
      ...places.flatMap((place, i) => {
        if (place === false) return [];
        const mark = shape("g", { transform: `translate(${at.x(place)} ${at.y(visible[place])})` });
        shape("circle", { r: NUMBER * at.type }, mark);
        shape("text", { y: 0.31 * at.type, "text-anchor": "middle", "font-size": 0.9 * at.type }, mark, String(i + 1));
        return [mark];
      }),
    );

  /** Show a layer with a path, or hide it. */
  const drawPath = (path, d) => {
    path.setAttribute("visibility", d ? "visible" : "hidden");
    if (d) path.setAttribute("d", d);
  };

  const drawMarks = (layer, at, surprises, visible) =>
    layer.marks.forEach((mark, i) => {
      const place = surprises[i];
      mark.setAttribute("visibility", place === null ? "hidden" : "visible");
      if (place !== null)
        app.put(mark, { transform: `translate(${at.x(place)} ${at.y(visible[place]) - 1.5 * at.type})` });
    });

  const triangles = (at, visits) =>
    visits
      .map(({ day }) => {
        const [x, size] = [at.x(placeOf(day)), 0.4 * at.type];
        return `M${x} ${at.bottom}l${-size} ${1.4 * -size}h${2 * size}Z`;
      })
      .join("");

  /**
   * Return a curve that fills its parent: its root, and `show(view)` with `table`, `place` of the day (or
   * null), `kept` (values or null), `people` (low and high, or null), `surprises` (places), `numbered` (places of
   * landmarks; may be missing), `visits` and `words`, its alternative in words.
   * @param {?function(number): void} dragged called with the place to which the day is dragged; null: it stays
   */
  app.makeCurve = (dragged) => {
    const root = shape("svg", { role: "img", class: "curve" });
    let at = null;
    let layer = null;
    let view = null;

    const draw = () => {
      if (!at || !view) return;
      const { visible } = view.table;
      drawPath(layer.band, view.people && area(at, view.people.low, view.people.high));
      drawPath(layer.kept, view.kept && line(at, view.kept));
      drawPath(layer.curve, line(at, visible));
      drawPath(layer.visits, triangles(at, view.visits));
      drawMarks(layer, at, view.surprises, visible);
      if (view.place !== null) drawDay(layer, at, view.place, visible[view.place]);
      if (view.numbered) drawNumbers(layer, at, view.numbered, visible);
      root.setAttribute("aria-label", view.words);
    };

    const resize = () => {
      const { width, height } = root.getBoundingClientRect();
      if (!app.hasRoom(width, height) || (at && at.width === width && at.height === height)) return;
      at = layoutFor(width, height, parseFloat(getComputedStyle(root).fontSize));
      root.setAttribute("viewBox", `0 0 ${width} ${height}`);
      root.replaceChildren();
      axes(root, at);
      layer = layers(root, at);
      draw();
    };
    new ResizeObserver(resize).observe(root);

    const drag = (event) => {
      const { left } = root.getBoundingClientRect();
      const share = (event.clientX - left - at.left) / (at.right - at.left);
      dragged(Math.round(Math.min(Math.max(share, 0), 1) * LAST));
    };
    if (dragged) {
      root.classList.add("dragged");
      root.addEventListener("pointerdown", (event) => {
        root.setPointerCapture(event.pointerId);
        drag(event);
      });
      root.addEventListener("pointermove", (event) => {
        if (root.hasPointerCapture(event.pointerId)) drag(event);
      });
    }

    const show = (changed) => {
      view = changed;
      if (!at) resize();
      else draw();
    };
    return { root, show };
  };
}
