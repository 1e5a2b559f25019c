// The model in the browser: one patient. `people.js` and `forecast.js` are about many.
//
//   wearoff.solve(constants, visits, lastDay)  a course: `course.at(days)`, `course.landmarks()`
//   wearoff.localUnits(treatment, data)        U of onabotulinumtoxinA of a treatment {units, product}
//   wearoff.population(data, constants)        the numbers of the population around a patient
//   wearoff.normals(rows, visits)              standard normal numbers of patients, from data.normals
//   wearoff.draws(population, normals)         people: their constants, and what their doses are multiplied by
//   wearoff.follow(people, visits, days)       a task; its result goes into the three functions that follow
//   wearoff.bands(followed)                    percentiles of the visible effect by day
//   wearoff.shares(followed, level)            share of patients at a level or above, by day
//   wearoff.responderRates(followed, raters, endpoint, assessor)    by day
//   wearoff.middleHalf(people, visits, lastDay)                     a task: percentiles of the landmarks
//   wearoff.forecast(history, population, normals, options)         a task: `nextVisit(keep)`, task `bands(days)`
//   wearoff.run(task)                          the result of a task, at once
//   wearoff.inSlices(task, onDone, budgetMs)   the same between frames; returns a function that cancels it
//
// A task is work on hundreds of patients: a generator that pauses after each few of them. `visits` are {day, units}
// with U of onabotulinumtoxinA, in the order of their days; `constants` have the names and units of
// `wearoff.Parameters`.
"use strict";

(() => {
  const { states, compartments, inSymbols, force, depth, release } = wearoff.model;
  const { integrate, weigh, N, POINTS, SIZE } = wearoff.solver;
  const SLICE = 8; // ms of work between two frames

  /** The solution of one patient, which can be read on any day. */
  class Course {
    /**
     * @param {Object<string, number>} c - Constants under their symbols.
     * @param {{count: number, taken: number, starts: Float64Array, widths: Float64Array, values: Float64Array}} steps
     * @param {number} lastDose - Day of the last visit, which may be after the last day.
     */
    constructor(c, steps, lastDose) {
      this.c = c;
      this.steps = steps;
      this.lastDose = lastDose;
      this.weights = new Float64Array(POINTS);
    }

    get lastDay() {
      const { count, starts, widths } = this.steps;
      return starts[count - 1] + widths[count - 1];
    }

    /** Returns a course that keeps its steps when another is solved. */
    copy() {
      const { count, taken, starts, widths, values } = this.steps;
      const steps = { count, taken, starts: starts.slice(0, count), widths: widths.slice(0, count) };
      return new Course(this.c, { ...steps, values: values.slice(0, count * SIZE) }, this.lastDose);
    }

    /**
     * Reads every quantity.
     * @param {number[]} days - From 0 to the last day.
     * @returns {Object<string, Float64Array>} Amounts in U; release, force, visible, crease, frown as fractions.
     */
    at(days) {
      const result = {}, count = days.length, y = new Float64Array(N);
      for (const name of [...states, "release", "force", "frown"]) result[name] = new Float64Array(count);
      this.read([...states.keys()], days, states.map((name) => result[name]));
      for (let k = 0; k < count; k++) {
        for (let i = 0; i < N; i++) y[i] = result[states[i]][k];
        result.release[k] = release(y);
        result.force[k] = force(result.release[k], this.c);
        result.frown[k] = depth(result.visible[k], result.crease[k], this.c);
      }
      return result;
    }

    /** Writes some states, by their places, on days: each into its array. */
    read(wanted, days, into) {
      let step = 0;
      for (let k = 0; k < days.length; k++) {
        step = this.findStep(days[k], step);
        weigh(this.place(days[k], step), this.weights);
        for (let i = 0; i < wanted.length; i++) into[i][k] = this.readWithin(wanted[i], step);
      }
    }

    /** Writes all states on a day. */
    readAll(day, into) {
      const step = this.findStep(day, 0);
      weigh(this.place(day, step), this.weights);
      for (let i = 0; i < N; i++) into[i] = this.readWithin(i, step);
    }

    place(day, step) {
      return (day - this.steps.starts[step]) / this.steps.widths[step];
    }

    /** Returns a state where the weights are; between the points a fraction may leave its range by the tolerance. */
    readWithin(state, step) {
      const { values } = this.steps, weights = this.weights;
      let sum = 0;
      for (let i = 0, place = step * SIZE + state; i < POINTS; i++, place += N) sum += weights[i] * values[place];
      return sum < 0 ? 0 : sum > 1 && state >= compartments.length ? 1 : sum;
    }

    /** Returns the last step that begins on a day or before; `near` is a step before which it seldom is. */
    findStep(day, near) {
      const { count, starts } = this.steps;
      if (!(day >= 0 && day <= this.lastDay + 1e-9)) {
        throw new RangeError(`day is ${day}; allowed: from 0 to ${this.lastDay}`);
      }
      let step = starts[near] <= day ? near : 0, ahead = 1;
      while (step + ahead < count && starts[step + ahead] <= day) {
        step += ahead;
        ahead *= 2;
      }
      for (; ahead >= 1; ahead /= 2) if (step + ahead < count && starts[step + ahead] <= day) step += ahead;
      return step;
    }
  }

  /** Returns the course of constants under their symbols; its steps are overwritten by the next call. */
  function solveInPlace(c, visits, lastDay) {
    const lastDose = visits.length ? visits[visits.length - 1].day : 0;
    return new Course(c, integrate(c, visits, lastDay), lastDose);
  }

  /**
   * Solves the equations for one patient.
   * @param {Object<string, number>} constants - All constants of `wearoff.Parameters` except `spread`.
   * @param {{day: number, units: number}[]} visits
   * @param {number} lastDay - Above 0.
   * @returns {Course}
   * @throws {RangeError} A value is not possible, or so extreme that the effect is not resolved.
   */
  function solve(constants, visits, lastDay) {
    for (const name of wearoff.model.constants) {
      if (!(constants[name] >= 0)) throw new RangeError(`${name} is ${constants[name]}; allowed: at least 0`);
    }
    if (!(lastDay > 0 && lastDay < Infinity)) throw new RangeError(`the last day is ${lastDay}; allowed: above 0`);
    let day = 0;
    for (const visit of visits) {
      if (!(visit.day >= day && visit.day < Infinity)) {
        throw new RangeError(`a visit has day ${visit.day} after ${day}`);
      }
      if (!(visit.units >= 0 && visit.units < Infinity)) throw new RangeError(`a visit has ${visit.units} units`);
      day = visit.day;
    }
    return solveInPlace(inSymbols(constants), visits, lastDay).copy();
  }

  /**
   * Returns the units of onabotulinumtoxinA that a treatment counts for; the dose is even along the muscle.
   * @param {{units: number, product: string}} treatment
   * @param {Object} data - The data of the page.
   */
  function localUnits(treatment, data) {
    if (!Object.hasOwn(data.products, treatment.product)) throw new RangeError(`product is ${treatment.product}`);
    return treatment.units * data.products[treatment.product].relative_potency;
  }

  /** Returns the result of a task. */
  function run(task) {
    let turn = task.next();
    while (!turn.done) turn = task.next();
    return turn.value;
  }

  /**
   * Runs a task between frames.
   * @param {Generator} task
   * @param {function(*)} onDone - Called with the result.
   * @param {number} [budgetMs] - Work in one go.
   * @returns {function()} Cancels the task.
   */
  function inSlices(task, onDone, budgetMs = SLICE) {
    let cancelled = false;
    const channel = new MessageChannel(); // a timer would wait for 4 ms
    channel.port1.onmessage = () => {
      const end = performance.now() + budgetMs;
      while (!cancelled) {
        const turn = task.next();
        if (turn.done) {
          channel.port1.close();
          onDone(turn.value);
          return;
        }
        if (performance.now() >= end) {
          channel.port2.postMessage(null);
          return;
        }
      }
      channel.port1.close();
    };
    channel.port2.postMessage(null);
    return () => (cancelled = true);
  }

  Object.assign(wearoff, { Course, solve, solveInPlace, localUnits, run, inSlices });
})();
