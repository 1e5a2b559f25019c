"use strict";
// Where things are in the drawing: a sheet of 480 by 430 units. The skin is at the top, the nerve ending at the bottom.
{
  const MIDDLE = 240;
  const STEP = 4; // distance of the candidates for spots
  const MOST = 45; // spots of a place

  /** Return the spots of a region, the farthest from those before it first, so that the first of them are spread. */
  const spread = (inside, box) => {
    const candidates = [];
    for (let x = box.left; x <= box.right; x += STEP) {
      for (let y = box.top; y <= box.bottom; y += STEP) if (inside(x, y)) candidates.push([x, y]);
    }
    const middle = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const distance = (a, b) => (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2;
    const nearest = candidates.map(() => Infinity);
    let next = candidates.reduce(
      (best, each, i) => (distance(each, middle) < distance(candidates[best], middle) ? i : best),
      0,
    );
    const chosen = [];
    while (chosen.length < Math.min(MOST, candidates.length)) {
      chosen.push(candidates[next]);
      candidates.forEach((each, i) => {
        nearest[i] = Math.min(nearest[i], distance(each, candidates[next]));
      });
      next = nearest.reduce((best, each, i) => (each > nearest[best] ? i : best), 0);
    }
    return chosen;
  };

  const docks = [272, 112, 352, 192]; // the first is the last to stop its release
  const beside = [-30, -21, 21, 30];
  const endosomes = [
    [126, 284],
    [192, 312],
  ];
  const numbers = [
    [40, 326],
    [98, 262],
    [244, 324],
    [456, 226],
    [456, 182],
    [456, 146],
    [456, 72],
  ];
  const far = (x, y) => [...endosomes, ...numbers].every(([a, b]) => (x - a) ** 2 + (y - b) ** 2 > 29 ** 2);

  app.places = {
    width: 480,
    height: 430,
    middle: MIDDLE,
    skin: { left: 8, right: 472, surface: 46, bottom: 104 },
    muscle: { bottom: 170, thin: 32, thick: 48, short: 250, long: 360, bands: 13 },
    membrane: 190,
    ending: "M84 190H396Q428 190 428 222V262C428 330 368 330 368 430H300C300 345 52 345 52 255V222Q52 190 84 190Z",
    docks,
    pins: docks.flatMap((x) => beside.map((offset) => x + offset)),
    cleft: docks.flatMap((x) =>
      [
        [-9, 180],
        [-3, 176],
        [4, 182],
        [10, 177],
        [0, 185],
        [14, 184],
        [-15, 185],
        [-13, 175],
      ].map(([dx, y]) => [x + dx, y]),
    ),
    cargo: [
      [0, 0],
      [6.5, 0],
      [-6.5, 0],
      [3.2, 5.6],
      [-3.2, 5.6],
      [3.2, -5.6],
      [-3.2, -5.6],
    ],
    depot: spread((x, y) => ((x - 92) / 82) ** 2 + ((y - 376) / 28) ** 2 <= 1, {
      left: 12,
      right: 176,
      top: 348,
      bottom: 397,
    }),
    lightChain: spread(
      (x, y) =>
        far(x, y) && (y < 290 || (x > 262 && x < 384)) && (x > 86 || y < 270) && !(x > 204 && x < 260 && y > 236),
      { left: 70, right: 410, top: 238, bottom: 334 },
    ),
    endosomes,
    // A receptor on the membrane: place, and the angle of its outside.
    receptors: [
      [61, 298, 150],
      [86, 307, 128],
      [112, 317, 118],
      [146, 331, 112],
    ],
    bound: [76, 318],
    free: [112, 346],
    escaping: [219, 296],
    numbers,
    arrows: ["M100 356Q92 346 86 336", "M143 298L166 307", "M224 284Q232 268 238 252", "M430 226H442", "M398 182H442"],
  };

  /** Return the surface of the skin, folded by `fold` in 0 to 1, as the points of a path. */
  app.skinPath = (fold) => {
    const { left, right, surface } = app.places.skin;
    const points = [];
    for (let x = left; x <= right; x += 4) {
      const across = Math.min(Math.abs(x - MIDDLE) / 34, 1);
      const bulge = Math.exp(-(((Math.abs(x - MIDDLE) - 46) / 18) ** 2));
      points.push(`${x} ${(surface + fold * (30 * Math.cos((Math.PI / 2) * across) ** 4 - 12 * bulge)).toFixed(2)}`);
    }
    return points.join("L");
  };

  /** Return where the bottom of the furrow is. */
  app.furrow = (fold) => app.places.skin.surface + 30 * fold;
}
