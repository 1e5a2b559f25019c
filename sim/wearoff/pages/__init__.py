"""Pages and films for teaching: the page with sliders, the hand-out, the animation."""
