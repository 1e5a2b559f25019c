"use strict";
// What happened so far, row by row: dates, units, what was seen; or a pasted table.
{
  // Days from the last row to a new one.
  const NEXT = { visit: 91, mild: 30 };
  const EMPTY = { date: "", event: "visit", units: "" };

  const makeRow = (row, i, changed, removed) => {
    const number = i + 1;
    const name = (field) => app.say("row.field", { row: number, field: app.say(`row.${field}`) });
    const put = (field) => (event) => changed(i, { [field]: event.target.value });
    const date = app.element("input", {
      type: "date",
      min: app.FIRST_DATE,
      max: app.LAST_DATE,
      autocomplete: "off",
      "aria-label": name("date"),
      oninput: put("date"),
      class: "row-date",
    });
    date.value = row.date;
    const event = app.element(
      "select",
      { "aria-label": name("event"), autocomplete: "off", class: "row-event", onchange: put("event") },
      ...app.EVENTS.map((each) => app.element("option", { value: each }, app.say(`event.${each}`))),
    );
    event.value = row.event;
    const units = app.element("input", {
      type: "text",
      inputmode: "decimal",
      autocomplete: "off",
      class: "row-units",
      "aria-label": name("units"),
      oninput: put("units"),
      maxlength: 40,
    });
    units.value = row.units;
    const unit = app.element("span", { "aria-hidden": "true" }, "U");
    const remove = app.button("✕", () => removed(i), {
      class: "row-remove",
      "aria-label": app.say("row.remove", { row: number }),
    });
    const root = app.element(
      "li",
      { class: "row" },
      date,
      event,
      app.element("span", { class: "row-dose" }, units, unit),
      remove,
    );
    const show = ({ event: now }, usual, wrong) => {
      units.parentElement.hidden = now !== "visit";
      units.placeholder = usual;
      root.classList.toggle("wrong", wrong);
      for (const input of [date, event, units]) input.setAttribute("aria-invalid", String(wrong));
    };
    return { root, date, show };
  };

  const makePaste = (use) => {
    // A text that is far too long for a table does not go into the field, where a browser would take minutes to put it.
    const stopLong = (event) => {
      const text = event.clipboardData.getData("text");
      if (text.length <= app.LONGEST_TABLE) return;
      event.preventDefault();
      use(text);
    };
    const area = app.element("textarea", {
      id: "table",
      rows: 5,
      autocomplete: "off",
      spellcheck: "false",
      "aria-describedby": "table-note",
      onpaste: stopLong,
    });
    const root = app.element(
      "details",
      { class: "paste" },
      app.element("summary", {}, app.say("paste")),
      app.element("label", { for: "table" }, app.say("paste.label")),
      area,
      app.element("p", { class: "small", id: "table-note" }, app.say("paste.note")),
      app.element("pre", { class: "small" }, app.say("paste.example").replaceAll("|", "\n")),
      app.button(app.say("paste.use"), () => use(area.value), { id: "use-table", class: "main" }),
    );
    return {
      root,
      close: () => {
        root.open = false;
      },
    };
  };

  /**
   * Return the panel of rows: its root, `show(settings)`, and `isUsable()`, whether there are rows without a mistake. The
   * setting `history` has the last rows without a mistake.
   * @param {HTMLElement} brief - The answer in short, which stays in sight below the rows on a phone.
   */
  app.makeRows = (brief) => {
    let rows = [];
    let written = null; // the setting that the rows show
    let mistake = null;
    let lines = [];
    const list = app.element("ol", { class: "rows" });
    const alert = app.element("p", { class: "mistake", role: "alert", id: "mistake" });

    const check = () => {
      mistake = null;
      try {
        app.readHistory(rows, app.settings);
      } catch (error) {
        if (!(error instanceof app.Mistake)) throw error;
        mistake = error;
      }
    };

    const isBlank = () => rows.every((row) => row.date === "" && row.units === "");

    const accept = () => {
      check();
      if (isBlank()) mistake = null;
      else if (mistake === null) written = app.writeRows(rows);
      app.set(mistake === null && !isBlank() ? { history: written } : {});
    };

    const rebuild = () => {
      lines = rows.map((row, i) => makeRow(row, i, change, remove));
      list.replaceChildren(...lines.map(({ root }) => root));
    };

    const change = (i, changes) => {
      Object.assign(rows[i], changes);
      accept();
    };

    const replace = (changed) => {
      rows = changed;
      rebuild();
      accept();
    };

    const remove = (i) => {
      replace(rows.length > 1 ? rows.filter((_, k) => k !== i) : [{ ...EMPTY }]);
      lines[Math.min(i, rows.length - 1)].date.focus();
    };

    const add = (event) => {
      const days = rows.map((row) => app.readDate(row.date)).filter((day) => day !== null);
      const date = days.length ? app.writeDate(Math.max(...days) + NEXT[event]) : "";
      replace([...rows, { date, event, units: "" }]);
      lines[lines.length - 1].date.focus();
    };

    const clear = () => {
      rows = [{ ...EMPTY }];
      written = "";
      rebuild();
      app.set({ history: "" });
      lines[0].date.focus();
    };

    const paste = makePaste((text) => {
      try {
        const read = app.readTable(text, app.settings);
        paste.close();
        if (read.before !== null) app.set({ before: read.before });
        replace(read.rows);
      } catch (error) {
        if (!(error instanceof app.Mistake)) throw error;
        mistake = error;
        app.set({});
      }
    });

    const before = app.select(
      "before",
      app.say("before"),
      ["unknown", "moderate", "severe"].map((name) => [name, app.say(`before.${name}`)]),
      (name) => app.set({ before: name }),
    );
    const products = app.makeProducts("visits-");
    const usual = app.element("p", { class: "small" });
    const local = app.element("p", { class: "small" });
    const root = app.panel(
      "history",
      app.say("history"),
      false,
      local,
      alert,
      list,
      app.element(
        "div",
        { class: "row-buttons" },
        app.button(app.say("row.add.visit"), () => add("visit"), { id: "add-visit" }),
        app.button(app.say("row.add.seen"), () => add("mild"), { id: "add-seen" }),
        app.button(app.say("row.clear"), clear, { id: "clear" }),
      ),
      paste.root,
      usual,
      app.element("div", { class: "fields" }, before.row, ...products.rows),
      brief,
    );

    const show = (settings) => {
      if (settings.history !== written) {
        written = settings.history;
        rows = written === "" ? [{ ...EMPTY }] : app.splitRows(written);
        mistake = null;
        rebuild();
      }
      products.show(settings);
      before.set(settings.before);
      const units = app.labelled(settings);
      lines.forEach((line, i) => line.show(rows[i], app.number(units), mistake?.row === i + 1));
      app.write(usual, app.say("history.usual", { units: app.units(units) }));
      const kind = settings.history === app.EXAMPLE ? "local" : isBlank() ? "start" : "own";
      app.write(local, app.say(`history.${kind}`));
      app.write(alert, mistake?.message ?? "");
      alert.hidden = alert.textContent === "";
    };
    return { root, show, isUsable: () => mistake === null && !isBlank() };
  };
}
