"""What the tests of several processes share."""

import os
import time


def everyone_ends(group, seconds=20):
    """Whether no process of the group is left within so many seconds."""
    for _ in range(10 * seconds):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
