"""`python -m wearoff` is `wearoff`."""

from .cli import main

main()
