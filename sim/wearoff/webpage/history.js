"use strict";
// The history of one patient: rows as they are typed, as they are pasted, in the address, and as the engine takes them.
{
  const ROWS = 40;
  const YEARS = 10; // from the first row to the last
  const LONGEST = 4000; // characters of a pasted table
  const SHOWN = 24; // characters of a wrong value in a message
  const UNITS = [0, 10_000]; // above the first, at most the second
  const WHOLE = ["rows", "table"]; // fields of a table as a whole
  const GRADES = ["none", "mild", "moderate", "severe"];
  const BASELINES = { moderate: 2, severe: 3 };
  // U, IU, IE, UI, or the word in a language of the page.
  const UNIT = /\s*(?:I?U|I?E\.?|UI|units?|Einheit(?:en)?|unidad(?:es)?|unités?)$/i;
  const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
  // Between rows and between the cells of a row in the address, where they need no escape.
  const [NEXT, CELL] = ["*", "_"];
  const EXAMPLE = ["2027-01-04_20", "2027-02-03_none", "2027-04-05_mild"].join(NEXT);

  /** What a row can say: a visit, a grade of the line, or that the effect was gone. */
  app.EVENTS = ["visit", ...GRADES, "gone"];
  app.GRADES = GRADES;

  /** What is wrong with a row: its number, the field, the value, and what is allowed. */
  class Mistake extends Error {
    constructor(row, field, value, allowed) {
      const text = String(value).trim();
      const shown = text === "" ? app.say("row.empty") : text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
      const parts = { field: app.say(`row.${field}`), value: shown, allowed };
      super(app.say("row.refused", { row, ...parts }));
      Object.assign(this, { row, field: parts.field, value: text, allowed });
      // In a pasted table it is a line that is wrong, and none of the rows that are shown.
      this.moveTo = (line) => {
        if (!WHOLE.includes(field)) this.message = app.say("line.refused", { row: line, ...parts });
        this.row = null;
      };
    }
  }
  app.Mistake = Mistake;

  const withoutUnit = (text) => text.trim().replace(UNIT, "");

  const readUnits = (text, row) => {
    const cleaned = withoutUnit(text);
    const value = NUMBER.test(cleaned) ? Number(cleaned) : NaN;
    if (value > UNITS[0] && value <= UNITS[1]) return value;
    throw new Mistake(row, "units", text, app.say("allowed.units", { most: app.units(UNITS[1]) }));
  };

  const readDay = (row, number) => {
    const day = app.readDate(row.date);
    if (day !== null) return day;
    throw new Mistake(
      number,
      "date",
      row.date,
      app.say("allowed.date", { first: app.FIRST_DATE, last: app.LAST_DATE }),
    );
  };

  const checkOrder = (days, rows) => {
    let before = -1;
    rows.forEach(({ event }, i) => {
      const late = (from) =>
        new Mistake(i + 1, "date", rows[i].date, app.say("allowed.from", { date: app.writeDate(from) }));
      const first = days[rows.findIndex((row) => row.event === "visit")];
      if (days[i] < first) throw late(first);
      if (event !== "visit") return;
      if (before >= 0 && days[i] < days[before]) throw late(days[before]);
      before = i;
    });
    if (before < 0) throw new Mistake(1, "event", app.say(`event.${rows[0].event}`), app.say("allowed.visit"));
    const [first, last] = [Math.min(...days), Math.max(...days)];
    if (last - first > YEARS * 365.25) {
      const allowed = app.say("allowed.until", { date: app.writeDate(Math.floor(first + YEARS * 365.25)) });
      throw new Mistake(days.indexOf(last) + 1, "date", rows[days.indexOf(last)].date, allowed);
    }
  };

  /**
   * Return what the engine takes of rows of `date`, `event` and `units` (texts), and `start`, the day of its day 0.
   * A row that cannot be used throws a `Mistake`.
   */
  app.readHistory = (rows, { product, muscle, before }) => {
    if (rows.length === 0 || rows.length > ROWS) {
      throw new Mistake(rows.length, "rows", rows.length, app.say("allowed.range", { low: 1, high: ROWS }));
    }
    const days = rows.map((row, i) => readDay(row, i + 1));
    const usual = app.labelled({ product, muscle });
    const units = rows.map((row, i) =>
      row.event === "visit" && row.units.trim() ? readUnits(row.units, i + 1) : usual,
    );
    checkOrder(days, rows);
    const start = Math.min(...days);
    const visits = [],
      seen = [];
    rows.forEach(({ event }, i) => {
      const day = days[i] - start;
      if (event === "visit") visits.push({ day, units: units[i], product, muscle });
      else if (event === "gone") seen.push({ day, gone: true, since: null, assessor: "subject" });
      else seen.push({ day, grade: GRADES.indexOf(event), atRest: false, assessor: "investigator" });
    });
    return { start, visits, seen, baseline: BASELINES[before] ?? null };
  };

  /** Return the text of rows for the address. */
  app.writeRows = (rows) =>
    rows.map(({ date, event, units }) => `${date}${CELL}${event === "visit" ? units.trim() : event}`).join(NEXT);

  /** Return the rows of a text of the address. */
  app.splitRows = (text) =>
    (text === "" ? [] : text.split(NEXT)).map((line) => {
      const [date, what = "", ...more] = line.split(CELL);
      const event = app.EVENTS.includes(what) ? what : "visit";
      return { date, event, units: event === "visit" ? [what, ...more].join(CELL) : "" };
    });

  const [product] = app.products();
  const ANY = { product, muscle: app.muscles(product)[0], before: "unknown" };

  app.define("history", {
    initial: EXAMPLE,
    read: (text) => {
      if (text === "") return text; // nothing is typed yet
      try {
        app.readHistory(app.splitRows(text), ANY);
      } catch (error) {
        if (!(error instanceof Mistake)) throw error;
        throw new app.Refusal(app.say("row.field", { row: error.row, field: error.field }), error.value, error.allowed);
      }
      return text;
    },
    write: (text) => text,
  });
  app.define(
    "before",
    app.nameSetting("before", "severe", () => ["unknown", ...Object.keys(BASELINES)]),
  );
  app.EXAMPLE = EXAMPLE;
  app.LONGEST_TABLE = LONGEST;

  // A table as a clinic writes it.

  const splitCells = (line) => {
    const separator = ["\t", ";", ","].find((each) => line.includes(each));
    const cells = separator ? line.split(separator) : line.trim().split(/\s+(.*)/, 2);
    // Where the comma does not separate cells, it is the decimal sign.
    return cells
      .map((cell) => cell.trim())
      .map((cell) => (separator === "," ? cell : cell.replace(/^(\d+),(\d+)/, "$1.$2")));
  };

  /** Return the event of a cell: none, mild, moderate, severe or gone, in English or the language of the page. */
  const readWord = (cell) => {
    const word = cell.toLowerCase();
    const grade = /^(?:grade|grado|grad)?\s*([0-3])$/.exec(word);
    if (grade) return GRADES[Number(grade[1])];
    return app.EVENTS.slice(1).find((name) => word === name || word === app.say(`word.${name}`).toLowerCase());
  };

  const readLine = (line, number) => {
    const [date, ...cells] = splitCells(line);
    const day = readDay({ date }, number);
    const rows = [];
    // Units of 0 are none.
    const given = cells.map((cell, i) => (i === 0 && Number(withoutUnit(cell)) === 0 ? "" : cell));
    given.forEach((cell, i) => {
      if (cell === "") return;
      const isUnits = i === 0 && NUMBER.test(withoutUnit(cell));
      const event = isUnits ? "visit" : readWord(cell);
      if (!event) throw new Mistake(number, i === 0 ? "units" : "event", cell, app.say("allowed.cell"));
      const units = isUnits ? String(readUnits(cell, number)) : "";
      // A grade that is seen at a visit is the one before its effect.
      rows[event === "visit" ? "push" : "unshift"]({ date: app.writeDate(day), event, units, line: number });
    });
    if (rows.length) return rows;
    // A date alone is a visit with the usual dose.
    if (cells.length === 0) return [{ date: app.writeDate(day), event: "visit", units: "", line: number }];
    throw new Mistake(number, "units", cells[0], app.say("allowed.cell"));
  };

  /** Return the rows of a pasted table: date, units (empty: the usual ones), what was seen, and their line in it. */
  const splitTable = (text) => {
    if (text.length > LONGEST) {
      throw new Mistake(
        1,
        "table",
        app.say("characters", { count: text.length }),
        app.say("characters", { count: LONGEST }),
      );
    }
    const lines = text
      .split(/\r?\n/)
      .map((line, i) => [line, i + 1])
      .filter(([line]) => line.trim() !== "");
    if (lines.length && !/\d/.test(lines[0][0])) lines.shift(); // the names of the columns
    if (lines.length > ROWS)
      throw new Mistake(ROWS + 1, "rows", lines.length, app.say("allowed.range", { low: 1, high: ROWS }));
    return lines.flatMap(([line, number]) => readLine(line, number));
  };

  /** Take a grade on the day of the first visit for the one before treatment. Return it, and the other rows. */
  const takeBefore = (rows) => {
    const first = rows.find(({ event }) => event === "visit")?.date;
    const isBefore = ({ date, event }) => date === first && GRADES.includes(event);
    let before = null;
    rows.filter(isBefore).forEach(({ event, line }) => {
      if (!(event in BASELINES) || (before !== null && before !== event)) {
        const names = (before === null ? Object.keys(BASELINES) : [before]).map((name) => app.say(`event.${name}`));
        throw new Mistake(line, "event", app.say(`event.${event}`), names.join(", "));
      }
      before = event;
    });
    return { rows: rows.filter((row) => !isBefore(row)), before };
  };

  /**
   * Return the `rows` of a pasted table, and the grade `before` treatment if it has one. A table that cannot be used
   * throws a `Mistake` that names the line.
   */
  app.readTable = (text, settings) => {
    let rows = null;
    try {
      const read = takeBefore(splitTable(text));
      rows = read.rows;
      app.readHistory(rows, settings);
      return read;
    } catch (error) {
      if (error instanceof Mistake) error.moveTo(rows ? rows[error.row - 1]?.line : error.row);
      throw error;
    }
  };
}
