"use strict";
// Looks up what was computed when the page was made, and shows it: there is no model in here.

const read = (id) => JSON.parse(document.getElementById(id).textContent);
const element = (id) => document.getElementById(id);
const curves = read("curves");
const plots = read("plots");
const sources = {};

const percent = (share) => `${Math.round(100 * share)}\u00a0%`;

// Row `row` of a table of 16-bit whole numbers, lowest byte first, as fractions.
function unpack(stored, row) {
  const bytes = Uint8Array.from(atob(stored.visible), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const count = stored.days.length;
  return stored.days.map((_, i) => view.getUint16(2 * (row * count + i), true) / curves.scale);
}

// The columns of a source; of what is only a place, `name` is the word beside it and `rise` how far below, in pixels.
function columns(days, visible, name = [], rise = []) {
  const fill = (given) => days.map((_, i) => given[i] ?? 0);
  return { day: days, week: days.map((day) => day / 7), visible, name: fill(name), rise: fill(rise) };
}

const PLACES = {
  onset_day: { source: "early", rise: 0, height: (level) => level },
  full_effect_day: { source: "early", rise: 12, height: (level, peak) => level * peak },
  peak_day: { source: "early", rise: -14, height: (level, peak) => peak },
  half_effect_day: { source: "late", rise: -12, height: (level) => level },
  wear_off_day: { source: "late", rise: -6, height: (level) => level },
};

function showLandmarks(row) {
  const found = curves.landmarks[row];
  const marks = { early: [], late: [] };
  for (const [name, place] of Object.entries(PLACES)) {
    const day = found[name];
    element(name).textContent = day === null ? "not reached" : `day ${Math.round(day)}`;
    element(`${name}_note`).textContent = day === null ? `: ${curves.explanations[row][name]}` : "";
    if (day !== null) {
      const visible = place.height(curves.levels[name], found.peak_effect);
      marks[place.source].push({ ...place, words: curves.words[name], day, visible });
    }
  }
  for (const name of ["half_effect_day", "wear_off_day"]) {
    if (found[name] !== null) element(`${name}_note`).textContent = ` (week\u00a0${Math.round(found[name] / 7)})`;
  }
  if (found.peak_effect !== null) element("peak_day_note").textContent = `: ${percent(found.peak_effect)}`;
  for (const [name, each] of Object.entries(marks)) {
    const of = (key) => each.map((mark) => mark[key]);
    sources[name].data = columns(of("day"), of("visible"), of("words"), of("rise"));
  }
}

function showPlan(row, column) {
  const units = curves.units[row];
  const weeks = curves.weeks[column];
  const days = curves.repeat[column].days;
  const visits = [];
  for (let day = 0; day < days[days.length - 1]; day += 7 * weeks) visits.push(day);
  sources.visits.data = columns(visits, visits.map(() => 1.07));
  element("units-value").textContent = `${units}\u00a0U`;
  element("weeks-value").textContent = `${weeks}\u00a0weeks`;
  for (const place of document.querySelectorAll("[data-units]")) place.textContent = units;
  for (const place of document.querySelectorAll("[data-weeks]")) place.textContent = weeks;
  element("share").textContent = percent(curves.share[row][column]);
  element("lowest").textContent = percent(curves.lowest[row][column]);
  element("visits").textContent = visits.length;
  element("units-year").textContent = `${Math.round(units * curves.visits_per_year[column])}\u00a0U`;
  element("cautions").replaceChildren(
    ...curves.unusual[row][column].map((place) => {
      const item = document.createElement("li");
      item.textContent = curves.cautions[place];
      return item;
    }),
  );
}

function show() {
  const row = curves.units.indexOf(Number(element("units").value));
  const column = curves.weeks.indexOf(Number(element("weeks").value));
  sources.once.data = columns(curves.once.days, unpack(curves.once, row));
  sources.repeat.data = columns(curves.repeat[column].days, unpack(curves.repeat[column], row));
  showLandmarks(row);
  showPlan(row, column);
}

async function start() {
  const items = [{ docid: "plots", roots: plots.roots, root_ids: Object.keys(plots.roots) }];
  const [views] = await Bokeh.embed.embed_items({ plots: plots.document }, items);
  const drawn = views.roots[0].model.document;
  for (const name of ["once", "repeat", "visits", "early", "late"]) sources[name] = drawn.get_model_by_name(name);
  for (const id of ["units", "weeks"]) element(id).addEventListener("input", show);
  show();
  document.documentElement.dataset.ready = "yes";
}

start();
