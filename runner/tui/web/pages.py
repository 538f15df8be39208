"""The server's own small pages, in the user's language; the app's page is textual-serve's."""

from html import escape

from runner.presentation.language import Language

__all__ = ["let_in_page", "refused_page", "too_many_page"]

RETRY_SECONDS = 3
"""Seconds between two attempts of a tab that waits for another one to close."""


def let_in_page(language: Language, target: str) -> str:
    """Return a page that forwards a web browser to the app.

    It is a page, not a redirect: after a redirect from a page of another site, or from a file, the web browser would
    not send the cookie, which is only for the server's own pages.
    """
    return _page(language, language.translate("modelcat opens."), refresh=f"0; url={target}")


def refused_page(language: Language) -> str:
    """Return the page for a web browser that has no access."""
    text = language.translate(
        "This web browser is not let in. Open the address that the terminal of `modelcat browse --web` shows last: "
        "each lets one web browser in, once."
    )
    return _page(language, text)


def too_many_page(language: Language, most: int) -> str:
    """Return the page for a tab beyond the limit; the page tries again by itself."""
    text = language.translate(
        "{most:count} tabs of modelcat are open, and there cannot be more. Close one: this page then opens by itself.",
        most=most,
    )
    return _page(language, text, refresh=str(RETRY_SECONDS))


def _page(language: Language, text: str, refresh: str | None = None) -> str:
    again = "" if refresh is None else f'<meta http-equiv="refresh" content="{escape(refresh)}">'
    return (
        f'<!DOCTYPE html><html lang="{language.code}"><head><meta charset="utf-8">{again}<title>modelcat</title>'
        "<style>body{background:#0c181f;color:#fff;font:16px monospace;margin:15vh auto;max-width:40em;padding:1em}"
        f"</style></head><body><p>{escape(text)}</p></body></html>"
    )
