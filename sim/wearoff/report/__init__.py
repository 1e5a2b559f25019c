"""The output of the command: results as JSON, as text and as files."""
