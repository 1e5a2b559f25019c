"use strict";
// One picture of all pictures of a part, to be saved: with headings and legends, and what was simulated above them.
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
    "paint-order",
    "text-anchor",
  ];
  // In pixels: the narrowest picture, its edge, sizes of type, and the space between a sign and its words and after it.
  const NARROWEST = 640;
  const EDGE = 16;
  const TYPE = { title: 20, heading: 16, words: 14 };
  const LINE = 1.4; // of the type
  const GAP = { sign: 6, item: 18, picture: 14 };
  const { shape } = app;
  const ruler = app.element("canvas").getContext("2d");

  /** Return a copy of a picture whose look does not depend on the style of the page. */
  const copy = (picture) => {
    const twin = picture.cloneNode(true);
    const [from, to] = [picture, twin].map((root) => [root, ...root.querySelectorAll("*")]);
    from.forEach((element, i) => {
      const style = getComputedStyle(element);
      if (style.display === "none") to[i].setAttribute("display", "none");
      for (const name of COPIED) to[i].setAttribute(name, style.getPropertyValue(name));
    });
    twin.removeAttribute("class");
    return twin;
  };

  /** A sheet on which lines and pictures are put below each other; `y` is where the next one begins. */
  const startSheet = (width) => {
    const { backgroundColor, color, fontFamily } = getComputedStyle(document.body);
    const root = shape("svg", { xmlns: "http://www.w3.org/2000/svg", "font-family": fontFamily });
    const back = shape("rect", { width: "100%", fill: backgroundColor }, root);
    return { root, back, width, color, fontFamily, y: EDGE };
  };

  const measure = (sheet, words, size, weight) => {
    ruler.font = `${weight} ${size}px ${sheet.fontFamily}`;
    return ruler.measureText(words).width;
  };

  /** Return the lines of a text that is broken between words. */
  const breakLines = (sheet, words, size, weight) => {
    const lines = [];
    for (const word of words.split(" ")) {
      const longer = lines.length ? `${lines[lines.length - 1]} ${word}` : word;
      const fits = measure(sheet, longer, size, weight) <= sheet.width - 2 * EDGE;
      if (lines.length && fits) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  };

  const putWords = (sheet, words, size, weight = 400) => {
    if (!words) return;
    for (const line of breakLines(sheet, words, size, weight)) {
      const place = { x: EDGE, y: sheet.y + size, "font-size": size, "font-weight": weight, fill: sheet.color };
      shape("text", place, sheet.root, line);
      sheet.y += LINE * size;
    }
  };

  const putPicture = (sheet, picture) => {
    const { width, height } = picture.getBoundingClientRect();
    const twin = copy(picture);
    app.put(twin, { x: (sheet.width - width) / 2, y: sheet.y, width, height });
    sheet.root.append(twin);
    sheet.y += height;
  };

  /** Put the items of legends beside each other, in as many lines as they need. */
  const putLegends = (sheet, legends) => {
    const items = legends.flatMap((list) => [...list.children]).filter((item) => !item.hidden);
    if (items.length === 0) return;
    const size = TYPE.words;
    let x = EDGE;
    sheet.y += GAP.sign;
    for (const item of items) {
      const sign = item.querySelector("svg");
      const words = item.textContent;
      const [, , across, down] = (sign?.getAttribute("viewBox") ?? "0 0 0 1").split(" ").map(Number);
      const height = across > 2 * down ? 0.85 * size : 1.3 * size;
      const [signWidth, gap] = sign ? [(height * across) / down, GAP.sign] : [0, 0];
      const width = signWidth + gap + measure(sheet, words, size, 400);
      if (x > EDGE && x + width > sheet.width - EDGE) [x, sheet.y] = [EDGE, sheet.y + LINE * size];
      if (sign) {
        const twin = copy(sign);
        app.put(twin, { x, y: sheet.y + (LINE * size - height) / 2, width: signWidth, height });
        sheet.root.append(twin);
      }
      const place = { x: x + signWidth + gap, y: sheet.y + 1.05 * size, "font-size": size, fill: sheet.color };
      shape("text", place, sheet.root, words);
      x += width + GAP.item;
    }
    sheet.y += LINE * size;
  };

  /** Return the text of the picture (SVG), its width and its height. */
  app.composePicture = () => {
    const part = app.currentPart();
    const pictures = part.pictures();
    const widths = pictures.map(({ picture }) => picture.getBoundingClientRect().width);
    const sheet = startSheet(Math.max(NARROWEST, ...widths.map((width) => width + 2 * EDGE)));
    putWords(sheet, app.say("title"), TYPE.title, 700);
    putWords(sheet, part.describe(app.settings), TYPE.words);
    putWords(sheet, part.name === "visits" ? "" : app.changedWords(app.settings), TYPE.words);
    putWords(sheet, app.say("honest"), TYPE.words);
    for (const { picture, legends, notes = [] } of pictures) {
      sheet.y += GAP.picture;
      putWords(sheet, picture.closest(".panel").querySelector("h2").textContent, TYPE.heading, 700);
      putPicture(sheet, picture);
      putLegends(sheet, legends);
      for (const words of notes.filter(Boolean)) putWords(sheet, app.sentence(words), TYPE.words);
    }
    const height = Math.ceil(sheet.y + EDGE);
    app.put(sheet.root, { width: sheet.width, height, viewBox: `0 0 ${sheet.width} ${height}` });
    sheet.back.setAttribute("height", height);
    return { text: new XMLSerializer().serializeToString(sheet.root), width: sheet.width, height };
  };
}
