"use strict";
// A calendar of two years: the visits made, what was seen, the next date with its ranges, and visits at an interval.
{
  const { shape } = app;
  const MONTHS = 24;
  const NARROW = 52; // widths of the type, below which the two years are below each other
  // Heights in a row, in sizes of the type.
  const AT = { years: 0.9, months: 2, looks: 3.5, visits: 5.2, next: 6.5, row: 7.6 };

  /** Return the first day of the calendar: that of the first visit, or later so that the last date is in it. */
  const findStart = (first, last) => {
    let start = app.monthStart(first);
    while (app.monthStart(start, MONTHS) <= last) start = app.monthStart(start, 1);
    return start;
  };

  const layoutFor = (width, type, start) => {
    const count = width < NARROW * type ? 2 : 1;
    const left = 0.6 * type,
      right = width - 0.6 * type;
    const rows = Array.from({ length: count }, (_, i) => {
      const from = app.monthStart(start, (MONTHS / count) * i),
        to = app.monthStart(start, (MONTHS / count) * (i + 1));
      return { from, to, top: AT.row * type * i, x: (day) => left + ((right - left) * (day - from)) / (to - from) };
    });
    return { width, type, left, right, rows, height: AT.row * type * count };
  };

  const drawMonths = (root, at) => {
    const { type } = at;
    const whole = ((at.right - at.left) * at.rows.length) / MONTHS > 3 * type;
    for (const row of at.rows) {
      const [first, last] = [row.top + AT.months * type + 0.5 * type, row.top + (AT.row - 0.4) * type];
      for (let day = row.from, i = 0; day < row.to; day = app.monthStart(day, 1), i += 1) {
        const next = app.monthStart(day, 1);
        if (i % 2)
          shape(
            "rect",
            { class: "week", x: row.x(day), y: first, width: row.x(next) - row.x(day), height: last - first },
            root,
          );
        const write = (y, words, name) =>
          shape(
            "text",
            { x: row.x(day) + 0.15 * type, y: row.top + y * type, "font-size": 0.8 * type, class: name },
            root,
            words,
          );
        write(AT.months, whole ? app.monthWords(day).replace(".", "") : app.monthWords(day)[0], "month");
        // A year that has no room before the next one is left out.
        const year = app.yearOf(day);
        const room = row.x(app.monthStart(day, 2)) <= at.right && app.yearOf(app.monthStart(day, 2)) === year;
        if (i === 0 ? room : app.yearOf(day - 1) !== year) write(AT.years, String(year), "year");
      }
      shape("path", { class: "axis", d: `M${at.left} ${row.top + AT.visits * type}H${at.right}` }, root);
    }
  };

  /** Draw something on its day, in the row that has the day. */
  const onDay = (at, day, draw) => {
    const row = at.rows.find(({ from, to }) => day >= from && day < to);
    if (row) draw(row.x(day), row.top);
  };

  /** Draw a bar between two days, which may go on in the next row. */
  const drawBar = (root, at, name, [low, high], thickness) => {
    for (const { from, to, top, x } of at.rows) {
      if (high <= from || low >= to) continue;
      const [a, b] = [x(Math.max(low, from)), x(Math.min(high, to))];
      const y = top + AT.next * at.type - thickness / 2;
      shape("rect", { class: name, x: a, y, width: Math.max(b - a, 1), height: thickness }, root);
    }
  };

  const drawAll = (root, at, view) => {
    const { type } = at;
    root.replaceChildren();
    drawMonths(root, at);
    for (const day of view.planned) {
      onDay(at, day, (x, top) =>
        shape(
          "path",
          {
            class: "planned",
            d: app.sign("triangle", 0.4 * type),
            transform: `translate(${x} ${top + AT.visits * type})`,
          },
          root,
        ),
      );
    }
    for (const day of view.visits) {
      onDay(at, day, (x, top) =>
        shape(
          "path",
          {
            class: "visit",
            d: app.sign("triangle", 0.5 * type),
            transform: `translate(${x} ${top + AT.visits * type})`,
          },
          root,
        ),
      );
    }
    for (const { day, sign } of view.looks) {
      onDay(at, day, (x, top) => {
        shape("circle", { class: "look", cx: x, cy: top + AT.looks * type, r: 0.55 * type }, root);
        shape(
          "text",
          {
            class: "look-grade",
            x,
            y: top + (AT.looks + 0.28) * type,
            "text-anchor": "middle",
            "font-size": 0.8 * type,
          },
          root,
          sign,
        );
      });
    }
    if (view.next) {
      onDay(at, view.next.label, (x, top) =>
        shape(
          "path",
          { class: "label-day", d: `M${x} ${top + (AT.visits + 0.3) * type}V${top + (AT.row - 0.4) * type}` },
          root,
        ),
      );
      drawBar(root, at, "most", view.next.most, 0.3 * type);
      drawBar(root, at, "inner-bar", view.next.half, 0.8 * type);
      onDay(at, view.next.day, (x, top) => {
        const y = top + AT.next * type,
          size = 0.6 * type;
        shape(
          "path",
          { class: "next", d: `M${x} ${y - size}L${x + size} ${y}L${x} ${y + size}L${x - size} ${y}Z` },
          root,
        );
      });
    }
    root.setAttribute("aria-label", view.words);
  };

  /**
   * Return the calendar: its root, and `show(view)` with days since 1970: `visits`, `planned`, `looks` (`day`, `sign`),
   * `next` (`day`, `half`, `most`, `label`; or null), and `words`, its alternative in words.
   */
  app.makeCalendar = () => {
    const root = shape("svg", { role: "img", class: "curve calendar", "aria-label": app.say("computing") });
    let width = 0;
    let view = null;

    const draw = () => {
      if (!view || !app.hasRoom(width)) return;
      const type = parseFloat(getComputedStyle(root).fontSize);
      const days = [...view.visits, ...view.looks.map(({ day }) => day)];
      const last = Math.max(...days, view.next ? view.next.day : 0);
      const at = layoutFor(width, type, findStart(Math.min(...days), last));
      app.put(root, { viewBox: `0 0 ${at.width} ${at.height}`, height: at.height });
      root.style.height = `${at.height}px`;
      drawAll(root, at, view);
    };

    new ResizeObserver(() => {
      const now = root.parentElement.clientWidth;
      if (now !== width) {
        width = now;
        draw();
      }
    }).observe(root);

    const show = (changed) => {
      view = changed;
      width = root.parentElement.clientWidth;
      draw();
    };
    return { root, show };
  };
}
