"""Whether a picture can be read: no label stands over another or outside."""

import itertools

import matplotlib as mpl


def texts(figure):
    """Every text of a figure that is drawn, with its box."""
    figure.canvas.draw()
    drawer = figure.canvas.get_renderer()
    left_out = set(labels_out_of_view(figure))
    found = [t for t in figure.findobj(mpl.text.Text) if t.get_visible() and t.get_text().strip() and t not in left_out]
    return [(text.get_text(), text.get_window_extent(drawer)) for text in found]


def labels_out_of_view(figure):
    """Yield the labels of ticks that stand beyond the ends of their axis, which matplotlib does not draw."""
    for ax in figure.findobj(mpl.axes.Axes):
        for axis in (ax.xaxis, ax.yaxis):
            low, high = sorted(axis.get_view_interval())
            margin = 1e-6 * (high - low)
            for tick in axis.get_major_ticks():
                if not low - margin <= tick.get_loc() <= high + margin:
                    yield from (tick.label1, tick.label2)


def assert_legible(figure):
    labels = texts(figure)
    assert len(labels) > 5
    for (one, a), (other, b) in itertools.combinations(labels, 2):
        assert not (a.shrunk(0.98, 0.9).overlaps(b.shrunk(0.98, 0.9))), f"{one!r} stands over {other!r}"
    for word, box in labels:
        assert figure.bbox.contains(box.x0 + 1, box.y0 + 1), word
        assert figure.bbox.contains(box.x1 - 1, box.y1 - 1), word
    mpl.pyplot.close(figure)
