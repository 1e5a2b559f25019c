"""Files are read as text, and written as a whole: to a temporary file in the same folder, which is then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from .checks import check_path
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


def _refuse_occupied(path: Path) -> None:
    # Without this check the error would come only when the file is renamed, after other files have been renamed; and
    # who may write to /dev would replace a device by a file.
    if path.is_dir():
        raise IsADirectoryError(None, f"{path.name} is a folder")
    if path.exists() and not path.is_file():
        raise FileExistsError(None, f"{path.name} is a device or a pipe")


def check_folder(folder: str | Path) -> None:
    """Raise `InputError` if files cannot be written into `folder`, which need not exist; leave it as it was."""
    folder = check_path(folder, "folder")
    with _refusing_folder(folder), _temporary_file(folder / "file"):
        pass


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
    folder = check_path(folder, "folder")
    with _refusing_folder(folder), ExitStack() as stack:
        paths = [folder / name for name in contents]
        for path in paths:
            _refuse_occupied(path)
        temporary_files = [stack.enter_context(_temporary_file(path)) for path in paths]
        for temporary, content in zip(temporary_files, contents.values(), strict=True):
            temporary.write_bytes(content)
        for temporary, path in zip(temporary_files, paths, strict=True):
            _rename(temporary, path)
    return paths


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
        `path` is a folder or a device, its folder cannot be written, or the disk is full.
    """
    with refusing(path), begun(path) as (temporary,):
        yield temporary


@contextmanager
def begun(*paths: Path) -> Iterator[list[Path]]:
    """Yield a temporary file for each path, as `written_whole` does; all are renamed at the end, or none.

    An error in between is raised as it is, since it may be of something else: `refusing` goes around each write.
    """
    temporary_files = []
    with ExitStack() as stack:
        for path in paths:
            if not _is_possible(path):
                problem = f"is {format_value(str(path))}, a name that no file can have"
                raise InputError("file", path, "a writable place", problem=problem)
            with refusing(path):
                _refuse_occupied(path)
                temporary_files.append(stack.enter_context(_temporary_file(path)))
        yield temporary_files
        for temporary, path in zip(temporary_files, paths, strict=True):
            with refusing(path):
                _rename(temporary, path)


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Raise an error of the system, such as a full disk, as an `InputError` that names the file."""
    try:
        yield
    # A path of a thousand folders raises RecursionError.
    except (OSError, RecursionError) as error:
        problem = f"is '{path}', which cannot be written ({_describe_error(error)})"
        raise InputError("file", path, "a writable place", problem=problem) from None


@contextmanager
def _refusing_folder(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError, RecursionError) as error:  # a name that no file can have raises ValueError
        problem = f"is '{folder}', which cannot be written ({_describe_error(error)})"
        raise InputError("out", folder, "a writable folder", problem=problem) from None


@contextmanager
def _temporary_file(path: Path) -> Iterator[Path]:
    """Yield an empty file beside `path`; at the end remove it, and the folders that were made for it and are empty."""
    made = [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=path.suffix)
        temporary = Path(name)
        os.close(handle)
        yield temporary
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        for folder in made:
            with suppress(OSError):
                folder.rmdir()


def _rename(temporary: Path, path: Path) -> None:
    temporary.chmod(0o644)
    temporary.replace(path)
