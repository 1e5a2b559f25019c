"use strict";
// The signs in the drawing. They differ in shape, and not only in colour.
{
  const shape = app.shape;

  const arc = (radius, from, to) => {
    const at = (degrees) => {
      const angle = (degrees * Math.PI) / 180;
      return `${(radius * Math.cos(angle)).toFixed(2)} ${(radius * Math.sin(angle)).toFixed(2)}`;
    };
    return `${at(from)}A${radius} ${radius} 0 ${to - from > 180 ? 1 : 0} 1 ${at(to)}`;
  };

  const place = (parent, x, y, name, turn = 0) =>
    shape("g", { class: name, transform: `translate(${x} ${y})${turn ? ` rotate(${turn})` : ""}` }, parent);

  app.signs = {
    /** The light chain: a disc with a mouth that opens upwards. */
    lightChain: (parent, x, y, turn = 0) => {
      const sign = place(parent, x, y, "light-chain", turn);
      shape("path", { d: `M0 0L${arc(7.5, -55, 235)}Z` }, sign);
      return sign;
    },

    /** Toxin: the heavy chain, which has two lobes, with the light chain on top. */
    toxin: (parent, x, y, turn = 0) => {
      const sign = place(parent, x, y, "toxin", turn);
      shape("path", { class: "heavy", d: "M-5 8C-9 5 -6 1 -2 1C-1 -1 5 -2 6 1C8 5 4 7 1 5C0 9 -3 10 -5 8Z" }, sign);
      const light = shape("g", { class: "light-chain", transform: "translate(1 -4) scale(.68)" }, sign);
      shape("path", { d: `M0 0L${arc(7.5, -55, 235)}Z` }, light);
      return sign;
    },

    endosome: (parent, x, y) => {
      const sign = place(parent, x, y, "endosome");
      shape("circle", { r: 17 }, sign);
      return sign;
    },

    /** Two receptors side by side: SV2, a fork, and a ganglioside, a stem with three beads. */
    receptor: (parent, x, y, turn) => {
      const sign = place(parent, x, y, "receptor", turn);
      shape("path", { class: "sv2", d: "M0 -3H7M7 -3L12 -8M7 -3L12 2" }, sign);
      shape("path", { class: "ganglioside", d: "M0 8H6" }, sign);
      for (const along of [8, 12])
        shape("rect", { class: "ganglioside", x: along - 2, y: 6, width: 4, height: 4 }, sign);
      return sign;
    },

    /** Intact SNAP-25: a rod with a head, on the membrane. */
    intact: (parent, x, y) => {
      const sign = place(parent, x, y, "intact");
      shape("path", { d: "M0 0V17" }, sign);
      shape("circle", { cy: 20, r: 3.2 }, sign);
      return sign;
    },

    /** Cut SNAP-25: a stump on the membrane, and the rest apart from it, slanting. */
    cut: (parent, x, y) => {
      const sign = place(parent, x, y, "cut");
      shape("path", { d: "M0 0V7M-2.5 11L2 17.5" }, sign);
      shape("circle", { cx: 4, cy: 20, r: 2.8 }, sign);
      return sign;
    },

    /** A vesicle that stays full. */
    full: (parent, x, y) => {
      const sign = place(parent, x, y, "vesicle");
      shape("circle", { r: 14 }, sign);
      for (const [dx, dy] of app.places.cargo) shape("circle", { class: "signal", cx: dx, cy: dy, r: 2.4 }, sign);
      return sign;
    },

    /** A vesicle that is open towards the muscle and empties itself. */
    open: (parent, x, y) => {
      const sign = place(parent, x, y, "vesicle open");
      shape("path", { d: `M${arc(14, -42, 222)}` }, sign);
      for (const [dx, dy] of [
        [0, 4],
        [-6, -1],
        [6, 0],
        [0, -6],
      ]) {
        shape("circle", { class: "signal", cx: dx, cy: dy, r: 2.4 }, sign);
      }
      return sign;
    },

    signal: (parent, x, y) => shape("circle", { class: "signal", cx: x, cy: y, r: 2.4 }, parent),
  };

  // Where a sign is in its little picture.
  const KEY = { toxin: 0, lightChain: 0, intact: -11, cut: -11, full: 0, signal: 0 };

  /** Return the legend of the signs. */
  app.makeSignKey = () =>
    app.element(
      "ul",
      { class: "legend signs-key" },
      ...Object.entries(KEY).map(([name, y]) => {
        const picture = shape("svg", { viewBox: "-15 -15 30 30", class: "drawing swatch", "aria-hidden": "true" });
        app.signs[name](picture, 0, y);
        return app.element("li", {}, picture, app.element("span", {}, app.say(`sign.${name}`)));
      }),
    );
}
