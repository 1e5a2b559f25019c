"""The scripts of the page in a browser, for tests: JavaScript is called with numbers and returns numbers."""

import json

from wearoff.webpage.scripts import engine_script

# JSON has no infinite numbers and no NaN.
WRITE = """
function write(value) {
  if (ArrayBuffer.isView(value)) value = Array.from(value);
  if (Array.isArray(value)) return value.map(write);
  if (typeof value === "number" && !Number.isFinite(value)) return { number: String(value) };
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, write(each)]));
}
"""


def open_engine(browser):
    """Return a tab without a network in which the engine runs."""
    tab = browser.new_page()
    tab.context.set_offline(True)
    tab.add_script_tag(content=engine_script())
    tab.add_script_tag(content=WRITE)
    return tab


def call(tab, body, *arguments):
    """Return what a JavaScript function of a body returns for `arguments`, which it has as `a, b, c, ...`."""
    names = ", ".join("abcdefgh"[: len(arguments)])
    text = tab.evaluate(
        f"(texts) => {{ const [{names}] = JSON.parse(texts); return JSON.stringify(write((() => {{ {body} }})())); }}",
        json.dumps(arguments),
    )
    return json.loads(text, object_hook=_read_number)


def _read_number(found):
    return float(found["number"].replace("Infinity", "inf")) if set(found) == {"number"} else found
