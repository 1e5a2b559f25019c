"""The page with sliders: what it is set to, its plots, the whole of it, and the server that shows it in a browser."""
