"""``python -m wearoff``: the command."""

from .cli import main

main()
