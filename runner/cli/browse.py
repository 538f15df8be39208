"""`modelcat browse`: the terminal UI.

Commands:
    browse: Browse, submit and steer studies in a terminal UI.
"""

import os

import click

from runner.cli import options

__all__ = ["browse"]


@click.command(epilog="Example:  modelcat browse --storage sqlite:///studies.db")
@click.option("--web", is_flag=True, help="Show it in a web browser, served on 127.0.0.1.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Of --web; 0: a free one.")
@click.option("--open/--no-open", "open_browser", default=False, help="Open a tab for --web.")
@click.option("--read-only", is_flag=True, help="Change nothing: no submitting, stopping, deleting.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters only.")
@click.option("--language", type=click.Choice(["en", "de"]), help="Else as settings and environment say.")
@options.storage
def browse(
    web: bool,
    port: int,
    open_browser: bool,
    read_only: bool,
    ascii_only: bool,
    language: str | None,
    storage: str | None,
) -> None:
    """Browse, submit and steer studies in a terminal UI.

    Closing it never ends a study. Settings (theme, language, keys) are kept in browse.toml; About (F10) tells where.
    """
    if web:
        from runner.tui.launch import check_storage
        from runner.tui.web.serving import serve

        check_storage(storage)
        if storage is not None:  # not as an argument: every user can read those, and the URL may hold a password
            os.environ["MODELCAT_STORAGE"] = storage
        arguments = ["--language", language] if language else []
        flags = [name for name, given in (("--read-only", read_only), ("--ascii", ascii_only)) if given]
        serve([*arguments, *flags], port, language=language, open_browser=open_browser)
        return
    from runner.tui.launch import browse as show_browser

    if code := show_browser(storage, read_only=read_only, ascii_only=ascii_only, language=language):
        raise click.exceptions.Exit(code)
