// The model. Printed from model/equations.py by `python -m wearoff.webpage.printing`: change that file, not this one.
"use strict";

/** The one global name of all scripts. */
var wearoff = {};

wearoff.model = (() => {
  /** The states, their values before any toxin, and those that are amounts of toxin: the first ones. */
  const states = ["depot", "free", "bound", "endosome", "light_chain", "snap25", "visible", "crease"];
  const initial = [0, 0, 0, 0, 0, 1, 0, 1];
  const compartments = ["depot", "free", "bound", "endosome", "light_chain"];

  /** Levels of the visible effect that define the landmarks; `full` is a share of the peak. */
  const levels = { onset: 0.2, full: 0.95, half: 0.5, wearOff: 0.2 };

  /** The numbers of forecasts/posterior.py and forecasts/forecasting.py; their comments say what each is. */
  const forecasts = { horizon: 540, rounds: 8, enough: 400, wider: 1.5,
    leastVariance: 0.0001, stepsToBest: 4, fewest: 100, contradiction: 0.001 };

  /** The constants under the users' names. */
  const constants = [
    "depot_half_life",
    "binding_half_life",
    "endocytosis_half_life",
    "translocation_half_life",
    "light_chain_half_life",
    "snap25_half_life",
    "potency",
    "dose_at_half_uptake",
    "release_at_half_force",
    "force_steepness",
    "line_half_life",
    "crease_half_life",
    "crease_share",
  ];

  /** The constants of the equations, from those of the users: a half-life in days becomes a rate in 1/day. */
  function inSymbols(p) {
    return addPowers({
      k_depot: 0.693147180559945/p.depot_half_life,
      k_binding: 0.693147180559945/p.binding_half_life,
      k_endocytosis: 0.693147180559945/p.endocytosis_half_life,
      k_translocation: 0.693147180559945/p.translocation_half_life,
      k_light_chain: 0.693147180559945/p.light_chain_half_life,
      k_snap25: 0.693147180559945/p.snap25_half_life,
      k_cleave: p.potency,
      U50: p.dose_at_half_uptake,
      A50: p.release_at_half_force,
      h: p.force_steepness,
      k_line: 0.693147180559945/p.line_half_life,
      k_crease: 0.693147180559945/p.crease_half_life,
      q: p.crease_share,
    });
  }

  /** Adds to the constants the powers of constants that the force needs. */
  function addPowers(c) {
    c.power1 = Math.pow(c.A50, c.h);
    return c;
  }

  /** Units that are taken up of a local dose. */
  function uptake(dose, c) {
    return dose/(1 + dose/c.U50);
  }

  /** Force, a fraction of baseline. */
  function force(release, c) {
    const x0 = Math.pow(release, c.h);
    return x0*(1 + c.power1)/(c.power1 + x0);
  }

  /** Depth of the line, at maximum frown. */
  function depth(visible, crease, c) {
    return c.q*crease + (1 - c.q)*(1 - visible);
  }

  /** Days after a dose from which its light chain only falls. */
  function longestRise(c) {
    return 1/c.k_binding + 1/c.k_depot + 1/c.k_endocytosis + 1/c.k_light_chain + 1/c.k_translocation;
  }

  /** Release of acetylcholine, a fraction of baseline. */
  function release(y) {
    return y[5];
  }

  /** Writes the slopes of the states, per day, into an array. */
  function slope(y, c, into) {
    into[0] = -c.k_depot*y[0];
    into[1] = c.k_depot*y[0] - c.k_binding*y[1];
    into[2] = c.k_binding*y[1] - c.k_endocytosis*y[2];
    into[3] = c.k_endocytosis*y[2] - c.k_translocation*y[3];
    into[4] = c.k_translocation*y[3] - c.k_light_chain*y[4];
    into[5] = c.k_snap25*(1 - y[5]) - c.k_cleave*y[4]*y[5];
    into[6] = c.k_line*(1 - force(y[5], c) - y[6]);
    into[7] = c.k_crease*(1 - y[6] - y[7]);
  }

  /** For each state: writes rate and source at points 1, 2, ..., where its slope is source - rate * state. */
  const parts = [
    function depot(at, c, rates, sources) {
      for (let i = 1; i < at.length; i++) {
        rates[i] = c.k_depot;
        sources[i] = 0;
      }
    },
    function free(at, c, rates, sources) {
      for (let i = 1; i < at.length; i++) {
        const y = at[i];
        rates[i] = c.k_binding;
        sources[i] = c.k_depot*y[0];
      }
    },
    function bound(at, c, rates, sources) {
      for (let i = 1; i < at.length; i++) {
        const y = at[i];
        rates[i] = c.k_endocytosis;
        sources[i] = c.k_binding*y[1];
      }
    },
    function endosome(at, c, rates, sources) {
      for (let i = 1; i < at.length; i++) {
        const y = at[i];
        rates[i] = c.k_translocation;
        sources[i] = c.k_endocytosis*y[2];
      }
    },
    function light_chain(at, c, rates, sources) {
      for (let i = 1; i < at.length; i++) {
        const y = at[i];
        rates[i] = c.k_light_chain;
        sources[i] = c.k_translocation*y[3];
      }
    },
    function snap25(at, c, rates, sources) {
      for (let i = 1; i < at.length; i++) {
        const y = at[i];
        rates[i] = c.k_snap25 + c.k_cleave*y[4];
        sources[i] = c.k_snap25;
      }
    },
    function visible(at, c, rates, sources) {
      for (let i = 1; i < at.length; i++) {
        const y = at[i];
        rates[i] = c.k_line;
        sources[i] = c.k_line*(1 - force(y[5], c));
      }
    },
    function crease(at, c, rates, sources) {
      for (let i = 1; i < at.length; i++) {
        const y = at[i];
        rates[i] = c.k_crease;
        sources[i] = c.k_crease*(1 - y[6]);
      }
    },
  ];

  /** Radau points of [0, 1], 0 first; Lagrange's weights; the derivative at the points from their values. */
  const radau = {
    points: [0, 0.155051025721682, 0.644948974278318, 1],
    barycentric: [-10, 15.5807820472492, -8.91411538058256, 3.33333333333333],
    derivative: [
      [-9, 10.0488093998274, -1.38214273316075, 0.333333333333333],
      [-4.13938769133981, 3.22474487139159, 1.16784008469041, -0.253197264742181],
      [1.73938769133981, -3.56784008469041, 0.77525512860841, 1.05319726474218],
      [-3, 5.53197264742181, -7.53197264742181, 5],
    ],
  };

  return { states, initial, compartments, levels, forecasts, constants, inSymbols,
    addPowers, uptake, force, depth, longestRise, release, slope, parts, radau };
})();
