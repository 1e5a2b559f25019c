"use strict";
// The cascade from a minute to eight months: every step from the depot to the line, each on its own strip.
{
  const { shape } = app;
  const FIRST = 1 / 1440; // a minute, in days
  const COUNT = 160;
  const TICKS = [
    ["minute", FIRST],
    ["hour", 1 / 24],
    ["day1", 1],
    ["week", 7],
    ["month1", app.MONTH],
    ["months8", app.LAST_DAY],
  ];
  // Share of something in 0 to 1: of the uptake, or of what was lost.
  const STRIPS = {
    depot: (table, taken) => table.depot.map((value) => value / taken),
    free: (table, taken) => table.free.map((value) => value / taken),
    bound: (table, taken) => table.bound.map((value) => value / taken),
    endosome: (table, taken) => table.endosome.map((value) => value / taken),
    lightChain: (table, taken) => table.light_chain.map((value) => value / taken),
    cut: (table) => table.snap25.map((value) => 1 - value),
    weak: (table) => table.force.map((value) => 1 - value),
    visible: (table) => table.visible,
  };
  const NAMES = Object.keys(STRIPS);
  const log = (day) => Math.log(day / FIRST) / Math.log(app.LAST_DAY / FIRST);
  const times = Array.from({ length: COUNT + 1 }, (_, i) => FIRST * (app.LAST_DAY / FIRST) ** (i / COUNT));

  /** Return the chart: its root, and `show(result)`. */
  app.makeCascade = () => {
    const root = shape("svg", { role: "img", class: "curve cascade" });
    let at = null;
    let layer = null;
    let shown = null;

    const axes = () => {
      root.replaceChildren();
      const { type, left, right, top, pitch, bottom } = at;
      const size = { "font-size": 0.85 * type };
      for (const [name, day] of TICKS) {
        const x = left + (right - left) * log(day);
        shape("path", { class: "grid", d: `M${x} ${top}V${bottom}` }, root);
        const anchor = name === "minute" ? "start" : name === "months8" ? "end" : "middle";
        // On a narrow screen the last tick but one would touch the last.
        if (name !== "month1" || right - left > 44 * type) {
          shape("text", { x, y: bottom + 1.2 * type, "text-anchor": anchor, ...size }, root, app.say(`tick.${name}`));
        }
      }
      layer = NAMES.map((name, i) => {
        const base = top + pitch * (i + 1);
        shape("path", { class: "axis", d: `M${left} ${base}H${right}` }, root);
        const label = shape(
          "text",
          { x: left, y: base - pitch + 1.15 * type, ...size },
          root,
          app.say(`strip.${name}`),
        );
        const peak = shape("text", { x: right, y: base - pitch + 1.15 * type, "text-anchor": "end", ...size }, root);
        return {
          name,
          base,
          label,
          peak,
          area: shape("path", { class: "band" }, root),
          line: shape("path", { class: "line" }, root),
        };
      });
    };

    const draw = () => {
      if (!at || !shown) return;
      const { left, right, pitch, type } = at;
      const table = shown.course.at(times);
      const taken = shown.taken(app.LAST_DAY) || 1;
      const peaks = {};
      for (const strip of layer) {
        const values = STRIPS[strip.name](table, taken);
        const most = Math.max(...values);
        const height = (pitch - 1.6 * type) / (most || 1);
        const points = Array.from(
          values,
          (value, i) =>
            `${(left + ((right - left) * i) / COUNT).toFixed(1)} ${(strip.base - height * value).toFixed(1)}`,
        ).join("L");
        app.put(strip.line, { d: `M${points}` });
        app.put(strip.area, { d: `M${points}L${right} ${strip.base}H${left}Z` });
        peaks[strip.name] = app.percent(Math.max(most, 0.01));
        app.write(strip.peak, app.say("strip.peak", { most: peaks[strip.name] }));
      }
      root.setAttribute("aria-label", app.say("cascade.words", peaks));
    };

    const resize = () => {
      const { width, height } = root.getBoundingClientRect();
      if (!app.hasRoom(width, height) || (at && at.width === width && at.height === height)) return;
      const type = parseFloat(getComputedStyle(root).fontSize);
      const [top, bottom] = [0.2 * type, height - 1.8 * type];
      at = {
        width,
        height,
        type,
        left: 0.2 * type,
        right: width - 0.4 * type,
        top,
        bottom,
        pitch: (bottom - top) / NAMES.length,
      };
      root.setAttribute("viewBox", `0 0 ${width} ${height}`);
      axes();
      draw();
    };
    new ResizeObserver(resize).observe(root);

    const show = (result) => {
      if (shown === result && at) return;
      shown = result;
      if (!at) resize();
      else draw();
    };
    return { root, show };
  };
}
