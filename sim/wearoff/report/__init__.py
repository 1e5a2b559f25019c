"""What the command says and writes: results as JSON, as text and as files."""
