"use strict";
// Dates, as whole days since 1 January 1970.
{
  const DAY = 86_400_000; // ms
  // Year-month-day with hyphens, day.month.year with points. A date with slashes could mean two days.
  const FORMS = [
    [/^(\d{4})-(\d{1,2})-(\d{1,2})$/, [1, 2, 3]],
    [/^(\d{1,2})\.(\d{1,2})\.(\d{4})$/, [3, 2, 1]],
  ];
  const YEARS = [1990, 2099];
  const { lang } = document.documentElement;
  const locale = lang === "en" ? "en-GB" : lang; // the day before the month

  app.FIRST_DATE = `${YEARS[0]}-01-01`;
  app.LAST_DATE = `${YEARS[1]}-12-31`;

  /** Return the day of a date that is written as a text, or null if it is none. */
  app.readDate = (text) => {
    for (const [form, places] of FORMS) {
      const match = form.exec(text.trim());
      if (!match) continue;
      const [year, month, day] = places.map((place) => Number(match[place]));
      const date = new Date(Date.UTC(year, month - 1, day));
      const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
      return exists && year >= YEARS[0] && year <= YEARS[1] ? date.getTime() / DAY : null;
    }
    return null;
  };

  app.writeDate = (day) => new Date(day * DAY).toISOString().slice(0, 10);

  const whole = new Intl.DateTimeFormat(locale, { timeZone: "UTC", day: "numeric", month: "long", year: "numeric" });
  const month = new Intl.DateTimeFormat(locale, { timeZone: "UTC", month: "short" });

  /** Return a date in words: 14 April 2027. */
  app.dateWords = (day) => {
    const words = whole.format(new Date(day * DAY));
    return lang === "fr" ? words.replace(/^1 /, "1er ") : words; // which the browser does not know
  };

  /** Return the days from one to another in words: 3 May – 4 July 2027. */
  app.dateRange = (low, high) => whole.formatRange(new Date(low * DAY), new Date(high * DAY));

  /** Return the first letters of a month: Apr. */
  app.monthWords = (day) => month.format(new Date(day * DAY));

  /** Return the first day of a month some months after a day. */
  app.monthStart = (day, months = 0) => {
    const date = new Date(day * DAY);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1) / DAY;
  };

  app.yearOf = (day) => new Date(day * DAY).getUTCFullYear();
}
