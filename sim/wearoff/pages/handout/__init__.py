"""The hand-out: one HTML file with sliders. It needs no network and prints on one page."""

from .page import make_handout

__all__ = ["make_handout"]
