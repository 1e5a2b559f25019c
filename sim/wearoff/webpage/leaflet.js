"use strict";
// The leaflet: one sheet of A4 or Letter, which is made when the page is printed and removed afterwards.
{
  let sheet = null;

  const remove = () => {
    sheet?.remove();
    sheet = null;
  };

  /**
   * Make the sheet: what the current part prints, or the leaflet of the treatment. A part has `sheet(settings)`, which
   * returns `before`, `title` and `after` (texts of the head), `body` (elements), and `draw()`, which is called when
   * they are in the document; null: the part has nothing to print.
   */
  const make = () => {
    remove();
    const { settings } = app;
    const { before, title, after, body, draw } = app.currentPart().sheet?.(settings) ?? app.courseSheet(settings);
    sheet = app.element(
      "article",
      { class: "leaflet" },
      app.element(
        "div",
        { class: "leaflet-head" },
        app.element("p", {}, before),
        app.element("h1", {}, title),
        ...after.filter(Boolean).map((words) => app.element("p", {}, words)),
      ),
      ...body,
      app.element(
        "p",
        { class: "leaflet-foot" },
        app.element("strong", {}, app.say("honest")),
        ` ${app.say("leaflet.made", { version: app.data.version })}`,
      ),
    );
    document.body.append(sheet);
    draw();
  };

  /** Return a section of the sheet: a heading, unless it is empty, and what is below it. */
  app.sheetSection = (name, title, ...children) =>
    app.element("section", { class: `leaflet-${name}` }, title ? app.element("h2", {}, title) : null, ...children);

  window.addEventListener("beforeprint", make);
  window.addEventListener("afterprint", remove);
}
