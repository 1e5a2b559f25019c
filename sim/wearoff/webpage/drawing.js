"use strict";
// The drawing of a nerve ending, a muscle and the skin, which shows one moment.
{
  const SHARE = 0.04; // of the uptake of the labelled dose: what one sign of toxin stands for
  const FAINTEST = 0.12; // a fainter sign is not drawn
  const ARRIVING = 0.3; // share of the uptake in the depot above which the signs on their way in are opaque
  const { places, signs, shape } = app;

  /** Show the first `count` of some signs; the last of them as strongly as the fraction of the count. */
  const showCount = (list, count) => list.forEach((sign, i) => setOpacity(sign, Math.min(Math.max(count - i, 0), 1)));

  /** Show the first signs of a list for a share, and of the others their opposite, which stands at the same place. */
  const showShare = (shown, hidden, share, least) => {
    const count = Math.floor(share * shown.length + 1 - least);
    shown.forEach((sign, i) => setOpacity(sign, i < count ? 1 : 0));
    hidden.forEach((sign, i) => setOpacity(sign, i < count ? 0 : 1));
  };

  const setOpacity = (sign, opacity) => {
    const text = (opacity < FAINTEST ? 0 : opacity).toFixed(2);
    if (sign.getAttribute("opacity") !== text) sign.setAttribute("opacity", text);
  };

  const ground = (root) => {
    const { skin } = places;
    const parts = { skin: shape("path", { class: "skin" }, root), surface: shape("path", { class: "surface" }, root) };
    parts.crease = shape("path", { class: "crease" }, root);
    parts.tendons = shape("path", { class: "tendons" }, root);
    parts.muscle = shape("path", { class: "muscle" }, root);
    parts.bands = shape("path", { class: "bands" }, root);
    shape("path", { class: "nerve", d: places.ending }, root);
    shape("text", { x: skin.left + 8, y: 24 }, root, app.say("drawing.outside"));
    shape("text", { x: skin.left + 8, y: skin.bottom - 10 }, root, app.say("drawing.skin"));
    shape("text", { x: 8, y: 184 }, root, app.say("drawing.muscle"));
    app
      .say("drawing.nerve")
      .split(" ")
      .forEach((word, i) => shape("text", { x: 476, y: 392 + 17 * i, "text-anchor": "end" }, root, word));
    shape("text", { x: 10, y: 426 }, root, app.say("drawing.depot"));
    return parts;
  };

  const arrows = (root) => {
    for (const d of places.arrows) {
      const [x, y, fromX, fromY] = ends(d);
      const turn = (Math.atan2(y - fromY, x - fromX) * 180) / Math.PI;
      const group = shape("g", { class: d.includes("H") ? "leader" : "arrow" }, root);
      shape("path", { d }, group);
      if (!d.includes("H"))
        shape("path", { d: "M-6 -4L0 0L-6 4", transform: `translate(${x} ${y}) rotate(${turn})` }, group);
    }
  };

  const ends = (d) => {
    const numbers = d.match(/[\d.]+/g).map(Number);
    return [...numbers.slice(-2), ...numbers.slice(-4, -2)];
  };

  const fill = (root) => {
    const put = (sign, list) => list.map(([x, y], i) => sign(root, x, y, ((i * 47) % 50) - 25));
    const under = places.membrane;
    for (const [x, y, turn] of places.receptors) signs.receptor(root, x, y, turn);
    const parts = {
      open: places.docks.map((x) => signs.open(root, x, under + 12)),
      full: places.docks.map((x) => signs.full(root, x, under + 20)),
      cleft: places.cleft.map(([x, y]) => signs.signal(root, x, y)),
      intact: places.pins.map((x) => signs.intact(root, x, under)),
      cut: places.pins.map((x) => signs.cut(root, x, under)),
      depot: put(signs.toxin, places.depot),
      lightChain: put(signs.lightChain, places.lightChain),
    };
    const way = shape("g", {}, root);
    signs.toxin(way, ...places.free, 20);
    signs.toxin(way, ...places.bound, 40);
    for (const [x, y] of places.endosomes) signs.endosome(way, x, y);
    signs.toxin(way, ...places.endosomes[0]);
    signs.toxin(way, ...places.endosomes[1], 30);
    signs.lightChain(way, ...places.escaping, 20);
    return { ...parts, way };
  };

  const numbers = (root) =>
    places.numbers.map(([x, y], i) => {
      const group = shape("g", { class: "number", transform: `translate(${x} ${y})` }, root);
      shape("circle", { r: 12 }, group);
      shape("text", { y: 5, "text-anchor": "middle" }, group, String(i + 1));
      return group;
    });

  const musclePath = (length, thickness) => {
    const { bottom } = places.muscle;
    const [left, right, top, round] = [
      places.middle - length / 2,
      places.middle + length / 2,
      bottom - thickness,
      thickness / 2,
    ];
    return (
      `M${left + round} ${top}H${right - round}Q${right} ${top} ${right} ${top + round}Q${right} ${bottom} ` +
      `${right - round} ${bottom}H${left + round}Q${left} ${bottom} ${left} ${top + round}Q${left} ${top} ${left + round} ${top}Z`
    );
  };

  const bandsPath = (length, thickness) => {
    const { bottom, bands } = places.muscle;
    const pitch = (0.88 * length) / bands;
    return Array.from({ length: bands }, (_, i) => {
      const x = places.middle + pitch * (i - (bands - 1) / 2) - pitch / 4;
      return `M${x.toFixed(2)} ${bottom - 2}h${(pitch / 2).toFixed(2)}v${(4 - thickness).toFixed(2)}h${(-pitch / 2).toFixed(2)}Z`;
    }).join("");
  };

  const contract = (parts, force) => {
    const { short, long, thin, thick, bottom } = places.muscle;
    const [length, thickness] = [long + (short - long) * force, thin + (thick - thin) * force];
    app.put(parts.muscle, { d: musclePath(length, thickness) });
    app.put(parts.bands, { d: bandsPath(length, thickness) });
    const [half, y, under] = [length / 2, bottom - thickness / 2, places.skin.bottom];
    app.put(parts.tendons, {
      d: [-1, 1]
        .map(
          (side) =>
            `M${places.middle + side * half} ${y}Q${places.middle + side * (half + 18)} ${y} ${places.middle + side * (half + 20)} ${under}`,
        )
        .join(""),
    });
  };

  const foldSkin = (parts, fold, crease) => {
    const { left, right, bottom } = places.skin;
    const surface = app.skinPath(fold);
    app.put(parts.skin, { d: `M${surface}L${right} ${bottom}H${left}Z` });
    app.put(parts.surface, { d: `M${surface}` });
    const y = app.furrow(fold);
    app.put(parts.crease, { d: `M${places.middle} ${y.toFixed(2)}v${(14 * crease).toFixed(2)}` });
  };

  /** Return the drawing: its root, and `show(row, whole, step, words)` for the quantities of a moment. */
  app.makeDrawing = () => {
    const root = shape("svg", { viewBox: `0 0 ${places.width} ${places.height}`, role: "img", class: "drawing" });
    const parts = ground(root);
    Object.assign(parts, fill(root));
    arrows(root);
    const circles = numbers(root);
    const show = (row, whole, step, words) => {
      const sign = SHARE * whole || 1;
      showCount(parts.depot, row.depot / sign);
      showCount(parts.lightChain, row.light_chain / sign);
      setOpacity(parts.way, Math.min(row.depot / (whole || 1) / ARRIVING, 1));
      showShare(parts.intact, parts.cut, row.snap25, 0.5);
      showShare(parts.open, parts.full, row.release, 0.2); // a fifth of a vesicle's signal is drawn in the cleft too
      showCount(parts.cleft, row.release * parts.cleft.length);
      contract(parts, row.force);
      foldSkin(parts, 1 - row.visible, row.crease);
      circles.forEach((circle, i) => circle.classList.toggle("marked", i + 1 === step));
      root.setAttribute("aria-label", words);
    };
    return { root, show };
  };
}
