"""How Sphinx makes the site: `make docs`."""

import re
import sys
from pathlib import Path
from typing import Any, Never

from docutils.nodes import Node, SkipNode, image, make_id, section, strong
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.addnodes import index
from sphinx.util.nodes import make_refnode

import wearoff

sys.path.insert(0, str(Path(__file__).parent))
import generate
import live

project, author, release = "wearoff", "The wearoff developers", wearoff.__version__
project_copyright = author
extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["generated"]  # parts of pages

# The notebooks are shown as they are committed; the tests run them.
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

# Types stand in the docstrings. `name` in a docstring becomes a link if it names something of the package.
autodoc_typehints = "none"
autodoc_preserve_defaults = True
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
default_role = "py:obj"
smartquotes = False  # an option such as --every has two hyphens

html_theme = "furo"
html_title = f"wearoff {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_domain_indices = False  # no page links to it
html_math_renderer = "mathml"
pygments_dark_style = "monokai"  # the theme's own draws an imported name as if it were a link


def _inline(page: Any, node: Any) -> Never:
    page.body.append(tex2mathml(node.astext()))
    raise SkipNode


def _block(page: Any, node: Any) -> Never:
    page.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>')
    raise SkipNode


def _link(app: Any, env: Any, node: Any, content: Node) -> Node | None:
    # A `name` in a docstring is a class or method of any module, or an argument, which has no page.
    if node["reftype"] != "obj":
        return None
    name = node["reftarget"]
    for full, found in env.domains.python_domain.objects.items():
        if name[:1].isupper() and full.endswith(f".{name}"):
            return make_refnode(app.builder, node["refdoc"], found.docname, found.node_id, content, full)
    return content


def _describe(app: Any, document: Any) -> None:
    # A picture of a notebook has no description of its own: it gets the title of its section.
    for picture in document.findall(image):
        if not picture.get("alt"):
            around = picture.parent
            while not isinstance(around, section):
                around = around.parent
            picture["alt"] = f"Picture of the section: {around[0].astext()}"


def _index(app: Any, document: Any) -> None:
    # A word of the glossary goes into the index, so that the search shows its row first.
    if app.env.docname == "glossary":
        for word in list(document.findall(strong)):
            word["ids"].append(make_id(word.astext()))
            word.parent.insert(0, index(entries=[("single", word.astext(), word["ids"][0], "main", None)]))


def _hide(app: Any, what: str, name: str, found: Any, options: Any, signature: str | None, returned: Any) -> Any:
    # Arguments that begin with an underscore are for the package itself.
    return (re.sub(r", _\w+", "", signature), returned) if signature else None


def _write_live(app: Any, error: Exception | None) -> None:
    if error is None:
        live.write(Path(app.srcdir), Path(app.outdir))


def setup(app: Any) -> None:
    """Draw equations as MathML, which a browser shows without a script; write the parts that pages include."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.connect("autodoc-process-signature", _hide)
    app.connect("missing-reference", _link)
    app.connect("doctree-read", _describe)
    app.connect("doctree-read", _index)
    app.connect("builder-inited", lambda app: generate.write_all(Path(app.srcdir)))
    app.connect("build-finished", _write_live)
