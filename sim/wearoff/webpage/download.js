"use strict";
// What is on the screen, as a picture (SVG, PNG) or as a table (CSV).
{
  const COPIED = [
    "fill",
    "fill-opacity",
    "stroke",
    "stroke-width",
    "stroke-dasharray",
    "stroke-linecap",
    "stroke-linejoin",
    "font-size",
    "font-family",
    "font-weight",
    "text-anchor",
  ];
  const SCALE = 2; // pixels of the PNG for each pixel of the screen
  const { shape } = app;

  /** Return a copy of a picture whose look does not depend on the style of the page. */
  const copy = (picture) => {
    const twin = picture.cloneNode(true);
    const [from, to] = [picture, twin].map((root) => [root, ...root.querySelectorAll("*")]);
    from.forEach((element, i) => {
      const style = getComputedStyle(element);
      for (const name of COPIED) to[i].setAttribute(name, style.getPropertyValue(name));
    });
    twin.removeAttribute("class");
    return twin;
  };

  /** Return one picture of all pictures of the part, below a line that says what they show. */
  const compose = () => {
    const style = getComputedStyle(document.body);
    const pictures = app.currentPart().pictures();
    const boxes = pictures.map((each) => each.getBoundingClientRect());
    const width = Math.max(640, ...boxes.map((box) => box.width));
    const root = shape("svg", { xmlns: "http://www.w3.org/2000/svg", "font-family": style.fontFamily });
    const back = shape("rect", { width: "100%", height: "100%", fill: style.backgroundColor }, root);
    const write = (y, size, words) => shape("text", { x: 16, y, "font-size": size, fill: style.color }, root, words);
    write(30, 18, app.say("title"));
    write(52, 14, app.currentPart().describe(app.settings));
    write(72, 14, app.say("honest"));
    let y = 88;
    pictures.forEach((each, i) => {
      const twin = copy(each);
      app.put(twin, { x: (width - boxes[i].width) / 2, y, width: boxes[i].width, height: boxes[i].height });
      root.append(twin);
      y += boxes[i].height + 12;
    });
    app.put(root, { width, height: y, viewBox: `0 0 ${width} ${y}` });
    back.setAttribute("height", y);
    return { text: new XMLSerializer().serializeToString(root), width, height: y };
  };

  const save = (blob, ending) => {
    const link = app.element("a", {
      href: URL.createObjectURL(blob),
      download: `wearoff-${app.settings.part}.${ending}`,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  const saveSvg = () => save(new Blob([compose().text], { type: "image/svg+xml" }), "svg");

  const savePng = () => {
    const { text, width, height } = compose();
    const image = new Image();
    image.onload = () => {
      const canvas = app.element("canvas", { width: SCALE * width, height: SCALE * height });
      const context = canvas.getContext("2d");
      context.scale(SCALE, SCALE);
      context.drawImage(image, 0, 0, width, height);
      canvas.toBlob((blob) => save(blob, "png"), "image/png");
    };
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  };

  /** Return the table of the curves: a row for each moment and each curve, the columns of the model. */
  app.table = () => {
    const curves = [
      ["this", app.settings],
      ["kept", app.kept()],
    ].filter(([, settings]) => settings);
    const people = app.people(app.settings);
    const names = Object.keys(app.result(app.settings).table);
    const lines = [["curve", "settings", "time", ...names, "visible_p25", "visible_p75"].join(",")];
    for (const [curve, settings] of curves) {
      const { table } = app.result(settings);
      const address = `"${app.writeAddress(settings)}"`;
      app.moments.forEach((day, i) => {
        const band = curve === "this" && people ? [people.low[i], people.high[i]] : ["", ""];
        const values = [day, ...names.map((name) => table[name][i]), ...band];
        lines.push(
          [curve, address, ...values.map((value) => (value === "" ? "" : Number(value.toPrecision(7))))].join(","),
        );
      });
    }
    return `${lines.join("\n")}\n`;
  };

  const saveCsv = () => save(new Blob([app.currentPart().table()], { type: "text/csv" }), "csv");

  /** Return the row of buttons that save what is on the screen. */
  app.makeDownloads = () =>
    app.element(
      "div",
      { class: "downloads", role: "group", "aria-label": app.say("download") },
      app.element("span", { class: "small" }, app.say("download")),
      app.button("PNG", savePng),
      app.button("SVG", saveSvg),
      app.button("CSV", saveCsv),
    );
}
