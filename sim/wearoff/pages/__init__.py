"""The film for teaching."""
