"""What every writer must keep when it fails: one refusal that names the target, and a folder that is as it was."""

import os
import re
import resource
import stat
from contextlib import contextmanager
from pathlib import Path

import pytest

from wearoff import InputError

EARLIER = "an earlier run"
MOST = 20  # bytes that fit into a file: no file of ours is so small


@contextmanager
def full_disk():
    """Let no file of this process grow above `MOST` bytes. The system then refuses to write, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def list_all(folder):
    """Return everything in a folder with what it holds."""
    return {
        path: path.read_bytes() if path.is_file() else stat.S_IFMT(path.stat().st_mode) for path in folder.rglob("*")
    }


def check_failures(write, folder, ending, reason="File too large"):
    """Check that a writer, called with its target, fails as it must; `ending` is "" if it writes into a folder."""
    older = folder / "older" / f"x{ending}"
    older.parent.mkdir()
    pipe, file = folder / f"pipe{ending}", folder / "file"
    for path in (older, file):
        path.write_text(EARLIER)
    os.mkfifo(pipe)
    before = list_all(folder)
    for target in (folder / "new" / "deep" / f"x{ending}", older.parent if not ending else older):
        with full_disk(), pytest.raises(InputError, match=rf"^\w+ is '{re.escape(str(target))}', .*{reason}"):
            write(target)
        assert list_all(folder) == before
    # In the place of a pipe, and in a file as if it were a folder.
    for target in (pipe, file / f"x{ending}"):
        with pytest.raises(InputError, match=rf"^\w+ is '{re.escape(str(target))}', which cannot be written \("):
            write(target)
        assert list_all(folder) == before
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", _interrupt)
        with pytest.raises(KeyboardInterrupt):
            write(folder / "new" / "deep" / f"x{ending}")
    assert list_all(folder) == before


def _interrupt(*_):
    # Ctrl-C when all is written and nothing is renamed.
    raise KeyboardInterrupt
