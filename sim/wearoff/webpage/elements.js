"use strict";
// Elements of HTML and SVG, made without any text that is read as markup.
{
  const SVG = "http://www.w3.org/2000/svg";

  const fill = (element, attributes, children) => {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, String(value));
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  };

  /** Return an element of HTML; an attribute that begins with "on" is what is called at an event. */
  app.element = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);

  /** Return an element of SVG, appended to a parent if there is one. */
  app.shape = (name, attributes = {}, parent = null, text = "") => {
    const shape = fill(document.createElementNS(SVG, name), attributes, text === "" ? [] : [text]);
    if (parent) parent.append(shape);
    return shape;
  };

  const ROOM = 100; // px, the least width and height of a chart

  /** Return whether a chart has room; a page in a frame may have no size yet, and draws when it has one. */
  app.hasRoom = (width, height = ROOM) => width >= ROOM && height >= ROOM;

  /** Set the text of an element, if it changes. */
  app.write = (element, text) => {
    if (element.textContent !== text) element.textContent = text;
  };

  /** Set attributes of an element. */
  app.put = (element, attributes) => {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  };

  /**
   * Return a labelled slider: its row, its input, and a function that sets position, value in words, and value as spoken.
   * @param {{id: string, label: string, min: number, max: number, step: number}} of
   * @param {function(number): void} changed
   */
  app.slider = (of, changed) => {
    const input = app.element("input", {
      id: of.id,
      type: "range",
      min: of.min,
      max: of.max,
      step: of.step,
      autocomplete: "off",
      "aria-describedby": of.describedby,
      oninput: () => changed(Number(input.value)),
    });
    const output = app.element("output", { for: of.id, id: `${of.id}-value` });
    const row = app.element("div", { class: "slider" }, app.element("label", { for: of.id }, of.label), output, input);
    const set = (position, words, spoken = words) => {
      if (Number(input.value) !== position) input.value = position;
      input.setAttribute("aria-valuetext", spoken);
      app.write(output, words);
    };
    return { row, input, output, set };
  };

  /** Return a labelled list to choose from, of pairs of value and words. */
  app.select = (id, label, choices, changed) => {
    const input = app.element("select", { id, autocomplete: "off", onchange: () => changed(input.value) });
    const set = (value, pairs) => {
      if (pairs) input.replaceChildren(...pairs.map(([each, words]) => app.element("option", { value: each }, words)));
      input.value = value;
    };
    set("", choices);
    return { row: app.element("div", { class: "field" }, app.element("label", { for: id }, label), input), input, set };
  };

  app.button = (words, pressed, attributes = {}) =>
    app.element("button", { type: "button", ...attributes, onclick: pressed }, words);

  /** Return a part of the page with a heading; `hidden` leaves the heading to screen readers. */
  app.panel = (name, title, hidden, ...children) =>
    app.element(
      "section",
      { class: `panel ${name}`, "aria-labelledby": `${name}-title` },
      app.element("h2", { id: `${name}-title`, class: hidden ? "unseen" : "" }, title),
      ...children,
    );
}
