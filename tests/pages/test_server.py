"""How the page is served: by whom it can be reached, what a link may ask, and what cannot be listened on."""

import socket
from urllib.parse import parse_qs

import pytest

from wearoff.pages.explorer import server
from wearoff.pages.explorer.settings import Settings


@pytest.mark.parametrize(
    ("link", "theme", "settings", "problem"),
    [
        ({}, "light", Settings(), ""),
        ({"theme": [b"dark"], "units": [b"30"]}, "dark", Settings(units=30), ""),
        ({"theme": [b"<script>"]}, "light", Settings(), ""),
        ({"units": [b"x"]}, "light", Settings(), "units is 'x', not a number"),
        ({"units": [b"20", b"30"]}, "light", Settings(), "units is given 2 times; allowed: once"),
        ({"file": [b"/etc/passwd"]}, "light", Settings(), "setting is 'file'"),
    ],
)
def test_a_link_is_read_whole_or_not_at_all(link, theme, settings, problem):
    found = server.read_link(link)
    assert found[:2] == (theme, settings)
    assert found[2].startswith(problem)
    assert bool(found[2]) == bool(problem)


# Links and the start of the page's message; some of the links are also opened in a browser.
HOSTILE = {
    "units=1e308": "units is 1e+308; allowed: above 0 to 10000 U",
    "units=nan": "units is nan; allowed: above 0 to 10000 U",
    "units=NaN&bands=on": "units is nan; allowed: above 0 to 10000 U",
    "units=many": "units is 'many', not a number",
    "visits=1e9": "visits is 1000000000; allowed: from 1 to 12",
    "visits=2.5": "visits is 2.5, not a whole number",
    "every=-1": "every is -1; allowed",
    "product=/etc/passwd": "product is '/etc/passwd'; allowed",
    "muscle=../../data/muscles.csv": "muscle is '../../data/muscles.csv'",
    "potency=inf": "potency is inf; allowed",
    "light_chain_half_life=inf": "light_chain_half_life is inf; allowed",
    "bands=<script>alert(1)</script>": "bands is '<script>alert(1)</script>'; allowed: on, off",
    "product=%3Cimg%20src=x%20onerror=alert(1)%3E": "product is '<img src=x onerror=alert(1)>'",
    "__class__=x": "setting is '__class__'",
    "origin=serotype_E": "setting is 'origin'",
    "units=20&units=30": "units is given 2 times; allowed: once",
    "theme=%3Cscript%3Ealert(1)%3C/script%3E": "",
    "units=%FF%FE": "units is '��', not a number",
    "spread=1&sites=10": "spread is 1; allowed: from 3 to 120 mm",
    "line_half_life=1e-6&bands=on": "line_half_life is 1e-06; allowed: from 0.005 to 10 day",
    "force_steepness=%s": "force_steepness is '%s', not a number",
}


@pytest.mark.parametrize("link", HOSTILE)
def test_a_hostile_link_is_refused_in_one_line_and_the_usual_settings_are_shown(link):
    # The server gives bytes, which need not be text.
    given = {
        name: [value.encode("latin-1") for value in values]
        for name, values in parse_qs(link, keep_blank_values=True, encoding="latin-1").items()
    }
    theme, settings, problem = server.read_link(given)
    assert (theme, settings) == ("light", Settings())
    assert problem.startswith(HOSTILE[link])
    assert bool(problem) == bool(HOSTILE[link])
    assert problem.isprintable()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "(this machine only; Ctrl-C stops it)"),
        (["--host", "localhost"], "(this machine only; Ctrl-C stops it)"),
        (["--host", "0.0.0.0"], "(OTHER MACHINES CAN OPEN IT; Ctrl-C stops it)"),
    ],
)
def test_who_can_reach_it_is_said(call, monkeypatch, options, said):
    started = []
    monkeypatch.setattr(server, "_run", lambda made, show: started.append(made))
    status, out, err = call("explore", "--no-show", "--port", "0", *options)
    assert (status, err) == (0, "")
    assert said in out
    (made,) = started
    host = options[1] if options else "127.0.0.1"
    # All addresses 127.x.x.x are this machine: a server on 127.0.0.1 alone does not answer on 127.0.0.2.
    assert answers("127.0.0.1", made.port)
    assert answers("127.0.0.2", made.port) == (host == "0.0.0.0")
    made.stop()


def answers(host, port):
    try:
        with socket.create_connection((host, port), timeout=5):
            return True
    except ConnectionRefusedError:
        return False


def test_pages_of_other_sites_may_not_talk_to_it():
    assert set(server.origins("127.0.0.1", 5006)) == {"127.0.0.1:5006", "localhost:5006"}
    assert server.origins("10.0.0.5", 80) == ["10.0.0.5:80"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "x"], "port is 'x', not a number"),
        (["--port", "70000"], "port is 70000; allowed: from 0 to 65535"),
        (["--host", "203.0.113.7"], "host is '203.0.113.7' and port 5006, which cannot be listened on"),
        (["--host", ""], "host is ''; allowed: an address of this machine"),
        (["--host", "\ud800"], "host is '\\ud800'; allowed: an address of this machine"),
        (["--host", "a\0b"], "host is 'a\\x00b'; allowed: an address of this machine"),
        (["--host", "a..b"], "host is 'a..b'; allowed: an address of this machine"),
        (["--host", "<b>"], "host is '<b>' and port 5006, which cannot be listened on"),
    ],
)
def test_what_cannot_be_listened_on(call, options, said):
    status, out, err = call("explore", "--no-show", *options)
    assert (status, out) == (2, "")
    assert err.startswith(f"error: {said}")
    assert err.count("\n") == 1


def test_a_port_in_use(call):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        status, _, err = call("explore", "--no-show", "--port", other.getsockname()[1])
    assert status == 2
    assert "(Address already in use); allowed: an address of this machine and a free port" in err
