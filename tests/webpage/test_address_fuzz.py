"""Random addresses: settings, or one line that refuses them; never a message of the browser, never a broken curve."""

import random
from urllib.parse import quote

from tests.extent import extent

SOME = ["", "1e308", "-1e308", "NaN", "Infinity", "0", "-0", "20", "7.5", "1e-320", "0x1F", "١٢", "%", "%E0%A4%A"]
WORDS = ["<script>alert(1)</script>", "javascript:alert(1)", "../..", "see", "people", "on", "gone", "__proto__"]
HISTORIES = ["2027-01-04_20", "2027-02-30_20", "2027-04-05_mild", "2027-04-05_gone", "1990-01-01_1e9", "2099-12-31_x"]

# Takes each address as the browser does, and returns those after which something is wrong.
TRY = """addresses => addresses.filter((address) => {
  history.replaceState(null, "", `#${address}`);
  app.follow();
  const line = document.getElementById("refusal");
  const said = line.hidden || (line.textContent.includes("allowed") && line.textContent.length < 800);
  const same = app.writeAddress(app.readAddress(app.writeAddress(app.settings))) === app.writeAddress(app.settings);
  const paths = [...document.querySelectorAll("main svg [d]")].map((each) => each.getAttribute("d"));
  const drawn = !paths.some((path) => /NaN|Infinity|undefined/.test(path));
  const alone = line.childElementCount === 0 && document.querySelectorAll("main script, main img").length === 0;
  return !(said && same && drawn && alone);
})"""


def values(source, names):
    """Return a value that is wrong in one of many ways, or right."""
    kind = source.randrange(7)
    if kind == 0:
        return source.choice(SOME)
    if kind == 1:
        return source.choice(WORDS)
    if kind == 2:
        return str(source.uniform(-10, 100))
    if kind == 3:
        return "*".join(source.choices(HISTORIES, k=source.randrange(1, 5)))
    if kind == 4:
        return "".join(chr(source.randrange(1, 0x2FF)) for _ in range(source.randrange(60)))
    if kind == 5:
        return quote(f"{source.choice(names)}={source.choice(SOME)}")
    return source.choice(["9", "x=", "&", "%25"]) * source.choice([1, 100, 100_000])


def addresses(count, names):
    source = random.Random(20)
    for _ in range(count):
        pairs = [
            (source.choice(names) if source.random() < 0.9 else source.choice(WORDS), values(source, names))
            for _ in range(source.randrange(1, 5))
        ]
        if source.random() < 0.1:
            pairs.append(pairs[0])
        join = (lambda text: quote(text)) if source.random() < 0.5 else (lambda text: text)
        yield "&".join(f"{name}={join(value)}" for name, value in pairs)


def test_random_addresses_give_settings_or_one_line(opened):
    tab = opened()
    names = tab.evaluate("Object.keys(app.defaults())")
    tried = list(addresses(extent(300, 2000), names))
    wrong = [address for start in range(0, len(tried), 50) for address in tab.evaluate(TRY, tried[start : start + 50])]
    assert [address[:200] for address in wrong] == []
    assert len(tab.evaluate("() => { location.hash = ''; app.follow(); return app.writeAddress(app.settings); }")) == 0
