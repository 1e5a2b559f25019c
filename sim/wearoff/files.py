"""Files written whole or not at all: beside their place first, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from .checks import InputError


def write_all(folder: str | Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files into `folder`, made if missing; if one cannot be written, none is changed.

    Parameters
    ----------
    folder : str or Path
    contents : mapping of str to bytes
        File names and what they hold.

    Returns
    -------
    list of Path
        The files, in the order given.

    Raises
    ------
    InputError
        The folder is a file or cannot be written, or the disk is full.
    """
    folder = Path(folder)
    beside: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
            beside[folder / name] = Path(temporary)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
        for place, temporary_path in beside.items():
            temporary_path.chmod(0o644)
            temporary_path.replace(place)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"out is '{folder}', which cannot be written ({reason}); allowed: a writable folder") from None
    finally:
        for temporary_path in beside.values():
            temporary_path.unlink(missing_ok=True)
    return list(beside)
