"""Files are read as text, and written as a whole: to a temporary file in the same folder, which is then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from .errors import InputError, format_value


def read_text(path: Path, kind: str) -> str:
    """Return the text of a UTF-8 file of a `kind`, such as CSV; an `InputError` says why it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(path.name, allowed=f"{kind} in UTF-8", problem="is not a text file") from None
    except (OSError, ValueError) as error:  # a name that no file can have raises ValueError
        raise InputError(
            path.name, allowed=f"a {kind} file", problem=f"cannot be read ({_describe_error(error)})"
        ) from None


def _is_possible(path: Path) -> bool:
    # Return whether a file can have this name.
    try:
        path.lstat()
    except OSError:  # there is no such file
        return True
    except ValueError:  # no file can have this name: it has a zero byte or half a character
        return False
    return True


def _describe_error(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _refuse_folder(path: Path) -> None:
    # Without this check the error would come only when the file is renamed, after other files have been renamed.
    if path.is_dir():
        raise IsADirectoryError(None, f"{path.name} is a folder")


def write_all(folder: str | Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files into `folder`; if one cannot be written, none is changed. Return their paths.

    Parameters
    ----------
    folder : str or Path
        The folder, which is made if it is missing.
    contents : mapping of str to bytes
        The bytes of each file by its name, which may begin with a folder: ``"space/people.csv"``.

    Returns
    -------
    list of Path
        The files, in the order of `contents`.

    Raises
    ------
    InputError
        The folder is a file or cannot be written, or the disk is full.
    """
    folder = Path(folder)
    temporary_files: dict[Path, Path] = {}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in [folder / name for name in contents]:
            _refuse_folder(path)
            path.parent.mkdir(exist_ok=True)
        for name, content in contents.items():
            path = folder / name
            handle, temporary_name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            temporary_files[path] = Path(temporary_name)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
        for path, temporary in temporary_files.items():
            temporary.chmod(0o644)
            temporary.replace(path)
    # A name that no file can have raises ValueError. A path of a thousand folders raises RecursionError.
    except (OSError, ValueError, RecursionError) as error:
        problem = f"is '{folder}', which cannot be written ({_describe_error(error)})"
        raise InputError("out", folder, "a writable folder", problem=problem) from None
    finally:
        for temporary in temporary_files.values():
            temporary.unlink(missing_ok=True)
    return list(temporary_files)


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a temporary file, which is renamed to `path` at the end; if writing to it fails, nothing is changed.

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
    if not _is_possible(path):
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
        problem = f"is '{path}', which cannot be written ({_describe_error(error)})"
        raise InputError("file", path, "a writable place", problem=problem) from None
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
