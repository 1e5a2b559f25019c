"""The model in JavaScript, in a browser: one patient, many visits, many patients."""

from __future__ import annotations

import shutil

from playwright.sync_api import sync_playwright

from benchmarks.measure import Figure, Target, progress
from benchmarks.table import machine, render
from wearoff.webpage.data import PATIENTS, page_data
from wearoff.webpage.scripts import engine_script

# Milliseconds of each repeat; a repeat of one patient is the mean of a hundred, because a clock of a browser is coarse.
TIME = """(data) => {
    const constants = Object.fromEntries(data.constants.map((row) => [row.name, row.value]));
    const people = wearoff.draws(wearoff.population(data, constants), wearoff.normals(data.normals, 1));
    const once = [{ day: 0, units: 20 }];
    const repeated = Array.from({ length: 8 }, (_, i) => ({ day: 90 * i, units: 20 }));
    const days = (last) => Array.from({ length: 121 }, (_, i) => (i * last) / 120);
    const time = (count, work) => Array.from({ length: 20 }, () => {
        const start = performance.now();
        for (let i = 0; i < count; i++) work();
        return (performance.now() - start) / count;
    });
    const follow = (visits, last) => {
        const course = wearoff.solve(constants, visits, last);
        return [course.at(days(last)), course.landmarks()];
    };
    return {
        one: time(100, () => follow(once, 365)),
        eight: time(100, () => follow(repeated, 730)),
        people: time(1, () => wearoff.bands(wearoff.run(wearoff.follow(people, once, days(365))))),
    };
}"""


def main() -> None:
    """Print the figures of the engine."""
    print(render(figures(), machine()))


def figures() -> list[Figure]:
    """Return the milliseconds of a course on 121 days with its landmarks, and of the bands of many patients."""
    progress("the model in a browser")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    times: dict[str, list[float]] = {}
    if program is None:
        progress("  no chromium or google-chrome: the model is not measured")
    else:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
            tab = browser.new_page()
            tab.add_script_tag(content=engine_script())
            times = tab.evaluate(TIME, page_data())
            browser.close()
    rows = [
        ("one", "the page's model: one visit, 365 days, every quantity on 121 days, landmarks", 0.2),
        ("eight", "eight visits, 730 days, the same", 0.7),
        ("people", f"the bands of {PATIENTS} patients, one visit, 365 days", 32),
    ]
    return [
        Figure(work, "", times.get(name, []), "ms", Target(f"at most {most:g} ms", most=most))
        for name, work, most in rows
    ]


if __name__ == "__main__":
    main()
