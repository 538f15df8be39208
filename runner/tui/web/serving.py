"""Starts `modelcat browse --web`: the port, the address with its token, and the tab that `--open` asks for."""

import asyncio
import socket
import sys
import threading
import webbrowser
from collections.abc import Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

from catalog.errors import InputError
from runner.tui.preferences import preferences_file, read_preferences
from runner.tui.web.access import HOST, Access

__all__ = ["command_of", "serve"]


def serve(arguments: Sequence[str], port: int, *, language: str | None, open_browser: bool) -> None:
    """Serve until interrupted; each tab gets its own app, which ends with it.

    Args:
        arguments: Arguments of ``modelcat browse``, without ``--web``.
        port: TCP port; 0 picks a free one.
        language: Language of the server's own pages; None: as in the user's settings.
        open_browser: Whether to open a tab.

    Raises:
        InputError: textual-serve is not installed, the port is taken, or the settings file is wrong.
    """
    language = language or read_preferences(preferences_file()).language
    try:
        from runner.tui.web.server import WebServer
    except ImportError as error:
        raise InputError("browse --web needs textual-serve: pip install 'modelcat[web]'") from error
    from runner.presentation.language import Language

    with _listening(port) as listening, TemporaryDirectory(prefix="modelcat-") as folder:
        port = listening.getsockname()[1]
        access = Access(port, on_next=lambda url: _print_line(f"a web browser is let in; another one by {url}"))

        def print_url() -> None:
            _print_line(f"modelcat is shown to one web browser of this machine (Ctrl+C ends it): {access.url}")
            if open_browser:
                # A thread: some web browsers run in the terminal, and only return when they end.
                opening = threading.Thread(target=_open, args=(access.url, Path(folder)), daemon=True)
                opening.start()

        server = WebServer(command_of(arguments), port, access, Language(language))
        asyncio.run(server.run(listening, print_url))


def command_of(arguments: Sequence[str]) -> list[str]:
    """Return the command that starts the app for one tab: this modelcat, whatever PATH is."""
    return [sys.executable, str(Path(sys.argv[0]).resolve()), "browse", *arguments]


def _open(url: str, folder: Path) -> None:
    """Open a tab by a local file: all users of the machine can read a web browser's arguments."""
    page = folder / "modelcat.html"
    page.write_text(f'<meta http-equiv="refresh" content="0; url={escape(url)}">', encoding="utf-8")
    webbrowser.open(page.as_uri())


def _listening(port: int) -> socket.socket:
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        raise InputError(f"port {port} of {HOST} cannot be used ({error}): --port picks another") from error
    return listening


def _print_line(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
