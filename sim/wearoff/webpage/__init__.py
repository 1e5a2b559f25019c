"""The page that runs without a server: one HTML file with the model in JavaScript."""
