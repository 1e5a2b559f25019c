"""The server of the explorer on this machine; every visitor has a session."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import panel as pn

from ...checks import check_integer
from ...errors import InputError, format_value
from .settings import PORT, Settings
from .view import Explorer

LOCALHOST = "127.0.0.1"
TEMPLATE = (Path(__file__).parent / "page.html").read_text(encoding="utf-8")


def serve(*, host: str = LOCALHOST, port: int = 5006, show: bool = True, ready: Callable[[str], None] = print) -> None:
    """Serve the explorer until interrupted.

    Parameters
    ----------
    host : str
        The address to listen on. With the default only this machine can open the page.
    port : int
        The port; 0 for any free one.
    show : bool
        Whether to open the page in a browser.
    ready : callable
        Called with the address of the page as soon as it is served.

    Raises
    ------
    InputError
        The server cannot listen on the address.
    """
    if not _is_name(host):
        raise InputError("host", host, "an address of this machine, 0.0.0.0 for all of them")
    try:
        number = _find_port(host, check_integer(port, PORT))
        server = pn.serve(
            {"/": page}, address=host, port=number, show=False, start=False, verbose=False, location=False,
            websocket_origin=origins(host, number), title="wearoff",
        )  # fmt: skip
    except OSError as error:
        reason = (error.strerror or str(error)).partition(" (")[0]
        problem = f"is {format_value(host)} and port {port}, which cannot be listened on ({reason})"
        raise InputError("host", host, "an address of this machine and a free port", problem=problem) from None
    for listener in server._http._sockets.values():
        # Every connection takes over this option. A redraw is many small messages, which must not wait for each other.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    address = f"http://{host}:{server.port}"
    ready(address)
    _run(server, show)


def page() -> Any:
    """Return the page of a new visitor, with the settings of the link."""
    theme, settings, problem = read_link(pn.state.session_args)
    pn.state.curdoc.template = TEMPLATE
    pn.state.curdoc.template_variables["theme"] = theme
    return Explorer(settings, theme == "dark", problem).layout(links=True)


def read_link(arguments: Mapping[str, Sequence[bytes]]) -> tuple[str, Settings, str]:
    """Return theme and settings of a link, and its error. With an error the settings are the defaults."""
    values = {name: [value.decode(errors="replace") for value in encoded] for name, encoded in arguments.items()}
    theme = "dark" if values.pop("theme", ["light"]) == ["dark"] else "light"
    try:
        for name, texts in values.items():
            if len(texts) > 1:
                raise InputError(name, texts, "once", problem=f"is given {len(texts)} times")
        return theme, Settings.from_link({name: texts[0] for name, texts in values.items()}), ""
    except InputError as error:
        return theme, Settings(), f"{error}. The usual settings are shown."


def _run(server: Any, show: bool) -> None:
    if show:
        server.show("/")
    with contextlib.suppress(KeyboardInterrupt):
        server.io_loop.start()
    server.stop()


def _is_name(host: str) -> bool:
    # A blank name would mean every address of this machine. A name that is not valid would leave a socket open.
    try:
        host.encode("idna")
    except UnicodeError:
        return False
    return host.isprintable() and bool(host.strip())


def _find_port(host: str, port: int) -> int:
    # Return a port on which the server can listen. It is needed before the server is made, for `origins`.
    with socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        return int(probe.getsockname()[1])


def origins(host: str, port: int) -> list[str]:
    """Return the sites whose pages may connect to the server: its own, or any if it listens on every address."""
    if host in ("0.0.0.0", "::"):
        return ["*"]
    return [f"{name}:{port}" for name in {host, "localhost" if host == LOCALHOST else host}]
