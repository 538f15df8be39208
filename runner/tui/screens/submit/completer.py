"""Completes the text at the cursor, and describes the field at the cursor."""

from collections.abc import Callable

from runner.tui.screens.submit.editor import Editor
from runner.tui.screens.submit.json_locations import Cursor, JsonLocations, cursor_at, locate
from runner.tui.screens.submit.spec_schema import Meaning, SpecSchema, Suggestion, meaning_of, suggestions_at
from runner.tui.screens.submit.suggestion_list import SuggestionList

__all__ = ["Completer"]

_LONGEST = 1 << 15
"""Most characters of a text in which the field at the cursor is looked up: longer ones take too long at every key."""


class Completer:
    """Completes the text of an editor, with a list of suggestions.

    Args:
        editor: The editor.
        offers: The list of suggestions.
        facts: Returns what is known about the spec so far; None if nothing is.
    """

    def __init__(self, editor: Editor, offers: SuggestionList, facts: Callable[[], SpecSchema | None]) -> None:
        self._editor = editor
        self._offers = offers
        self._facts = facts
        self._known: tuple[str, JsonLocations] = ("", locate(""))

    def meaning(self) -> Meaning | None:
        """Return the description of the field at the cursor; None if there is none."""
        facts, text = self._facts(), self._editor.text
        if facts is None or len(text) > _LONGEST:
            return None
        return meaning_of(facts, self._located(text), self._cursor(text))

    def begin(self) -> bool:
        """Show suggestions at the cursor, or insert the only one; return False if there are none."""
        offers = self._found()
        if len(offers) == 1:
            self._write(offers[0])
        elif offers:
            self._offers.open(offers, self._editor.cursor_screen_offset, self._editor.screen.size)
        return bool(offers)

    def follow(self) -> None:
        """Update the suggestions after typing, if any are shown."""
        if self._offers.is_open:
            self._offers.open(self._found(), self._editor.cursor_screen_offset, self._editor.screen.size)

    def catch(self, key: str) -> bool:
        """Handle the keys of the list while it is open."""
        if not self._offers.is_open:
            return False
        match key:
            case "up" | "down":
                self._offers.step(1 if key == "down" else -1)
            case "enter" | "tab":
                self.take()
            case "escape":
                self._offers.close()
            case "left" | "right" | "home" | "end" | "pageup" | "pagedown":
                self._offers.close()
                return False
            case _:
                return False
        return True

    def take(self) -> None:
        """Insert the chosen suggestion."""
        if (offer := self._offers.chosen) is not None:
            self._offers.close()
            self._write(offer)

    def _found(self) -> list[Suggestion]:
        facts, text = self._facts(), self._editor.text
        if facts is None or len(text) > _LONGEST:
            return []
        return suggestions_at(facts, self._located(text), self._cursor(text))

    def _write(self, offer: Suggestion) -> None:
        """Replace the text that was begun by the suggestion, with the commas that are missing around it."""
        text = self._editor.text
        cursor, located = self._cursor(text), self._located(text)
        after, before, start = "", "", cursor.start
        if cursor.role == "name" and text[cursor.end :].lstrip().startswith('"'):
            after = ","
        if cursor.role == "name" and cursor.comma is not None:
            start, before = cursor.comma, "," + text[cursor.comma : cursor.start]
        self._editor.insert_between(
            located.position(start), located.position(cursor.end), before + offer.text + after, offer.back + len(after)
        )

    def _cursor(self, text: str) -> Cursor:
        return cursor_at(text, self._editor.offset_of_cursor)

    def _located(self, text: str) -> JsonLocations:
        if self._known[0] != text:
            self._known = (text, locate(text))
        return self._known[1]
