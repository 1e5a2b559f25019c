"""Whether a picture can be read: no label stands over another or outside."""

import itertools

import matplotlib as mpl


def texts(figure):
    """Every visible text of a figure with its box."""
    figure.canvas.draw()
    drawer = figure.canvas.get_renderer()
    found = [t for t in figure.findobj(mpl.text.Text) if t.get_visible() and t.get_text().strip()]
    return [(text.get_text(), text.get_window_extent(drawer)) for text in found]


def assert_legible(figure):
    labels = texts(figure)
    assert len(labels) > 5
    for (one, a), (other, b) in itertools.combinations(labels, 2):
        assert not (a.shrunk(0.98, 0.9).overlaps(b.shrunk(0.98, 0.9))), f"{one!r} stands over {other!r}"
    for word, box in labels:
        assert figure.bbox.contains(box.x0 + 1, box.y0 + 1), word
        assert figure.bbox.contains(box.x1 - 1, box.y1 - 1), word
    mpl.pyplot.close(figure)
