"""The page that runs the model in a browser, without a server: its scripts and its data."""
