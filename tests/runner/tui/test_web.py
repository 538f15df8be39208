"""`browse --web` answers its own page alone."""

import os

import pytest

from runner.tui.web import command_line, is_own


@pytest.mark.parametrize(
    ("host", "origin", "own"),
    [
        ("127.0.0.1:8000", None, True),
        ("localhost:8000", "http://localhost:8000", True),
        ("127.0.0.1:8000", "http://127.0.0.1:8000", True),
        ("127.0.0.1:8000", "https://evil.example", False),
        ("127.0.0.1:8000", "http://127.0.0.1:9000", False),
        ("127.0.0.1:8000", "null", False),
        ("evil.example:8000", None, False),
        ("127.0.0.1:9000", None, False),
        (None, None, False),
    ],
)
def test_other_pages_are_refused(host, origin, own):
    """Neither a foreign page nor a foreign name that leads to this machine may steer studies."""
    assert is_own(host, origin, 8000) is own


def test_the_command_of_a_tab_survives_odd_names(monkeypatch):
    """Arguments reach the app as they were given, whatever signs a path or URL holds."""
    import shlex

    monkeypatch.setattr("sys.argv", ["/odd place/modelcat"])
    line = command_line(["--storage", "sqlite:///my $(folder)/a 'b'.db"])
    assert shlex.split(line)[1:] == ["/odd place/modelcat", "browse", "--storage", "sqlite:///my $(folder)/a 'b'.db"]


def test_a_password_is_no_argument_of_the_tabs(monkeypatch):
    """Everybody on a machine can read the arguments of everybody's processes."""
    from click.testing import CliRunner

    from runner import cli
    from runner.tui import web

    url, served = "postgresql+psycopg://me:s3cret@127.0.0.1/studies", []
    monkeypatch.setenv("MODELCAT_STORAGE", "")
    monkeypatch.setattr(
        web, "serve", lambda arguments, *_, **__: served.append((arguments, os.environ["MODELCAT_STORAGE"]))
    )
    result = CliRunner().invoke(cli.app, ["browse", "--web", "--storage", url, "--language", "de", "--read-only"])
    assert result.exit_code == 0, result.output
    assert served == [(["--language", "de", "--read-only"], url)]
