"""Files are read as text, and written whole or not at all: to a temporary file beside the place, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .errors import InputError, format_value


def read_text(path: Path, kind: str) -> str:
    """Return the text of a file, which is a `kind` of UTF-8; an `InputError` says why it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(path.name, allowed=f"{kind} in UTF-8", problem="is not a text file") from None
    except (OSError, ValueError) as error:  # a ValueError for a name that no file can have
        raise InputError(path.name, allowed=f"a {kind} file", problem=f"cannot be read ({_reason(error)})") from None


def _is_name(path: Path) -> bool:
    try:
        path.lstat()
    except OSError:  # there is no such file
        return True
    except ValueError:  # there cannot be one: the name has a zero byte or half a character
        return False
    return True


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _refuse_folder(path: Path) -> None:
    # Without this check the error would come when the file is renamed, after others have been.
    if path.is_dir():
        raise IsADirectoryError(None, f"{path.name} is a folder")


def write_all(folder: str | Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files into `folder`, made if missing; if one cannot be written, none is changed.

    Parameters
    ----------
    folder : str or Path
    contents : mapping of str to bytes
        File names and the bytes of each.

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
        for name in contents:
            _refuse_folder(folder / name)
        for name, content in contents.items():
            handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
            beside[folder / name] = Path(temporary)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
        for place, temporary_path in beside.items():
            temporary_path.chmod(0o644)
            temporary_path.replace(place)
    except (OSError, ValueError, RecursionError) as error:  # of a name that no file can have, of a thousand folders
        problem = f"is '{folder}', which cannot be written ({_reason(error)})"
        raise InputError("out", folder, "a writable folder", problem=problem) from None
    finally:
        for temporary_path in beside.values():
            temporary_path.unlink(missing_ok=True)
    return list(beside)


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give a temporary file to write to, which is then renamed to `path`; if the writing fails, nothing is changed.

    Parameters
    ----------
    path : Path
        Its folder is made if missing. The temporary file is in the same folder and has the same ending.

    Raises
    ------
    InputError
        `path` is a folder, its folder cannot be written, or the disk is full.
    """
    temporary = None
    if not _is_name(path):
        problem = f"is {format_value(str(path))}, a name that no file can have"
        raise InputError("file", path, "a writable place", problem=problem)
    try:
        _refuse_folder(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o644)
        temporary.replace(path)
    except (OSError, RecursionError) as error:
        problem = f"is '{path}', which cannot be written ({_reason(error)})"
        raise InputError("file", path, "a writable place", problem=problem) from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
