"use strict";
// What is on the screen, as a picture (SVG, PNG) or as a table (CSV).
{
  const SCALE = 2; // pixels of the PNG for each pixel of the screen

  const save = (blob, ending) => {
    const link = app.element("a", {
      href: URL.createObjectURL(blob),
      download: `wearoff-${app.settings.part}.${ending}`,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };

  const saveSvg = () => save(new Blob([app.composePicture().text], { type: "image/svg+xml" }), "svg");

  const savePng = () => {
    const { text, width, height } = app.composePicture();
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
