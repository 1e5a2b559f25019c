"""For the class: the page with sliders, the hand-out, the animation."""
