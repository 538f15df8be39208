"""The keymap of the settings: which keys a user may assign to which action."""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from catalog.errors import InputError
from runner.tui.bindings import ACTIONS, EVERY_SCREEN, Action, keys_of

__all__ = ["check_keymap"]

_MODIFIED = re.compile(r"(?P<modifiers>((ctrl|alt|shift|super|hyper|meta)\+)*)(?P<key>.+)", re.DOTALL)
_BESIDE_TYPING = re.compile(r"(ctrl|alt|super|hyper|meta)\+.+|f\d+")
"""Keys that neither type text nor move the cursor in a text."""
_LEAVES = "ctrl+c"


def check_keymap(keymap: Mapping[str, str]) -> None:
    """Refuse a keymap with an unknown key, with a reserved key, or with one key for two actions.

    Args:
        keymap: Comma-separated keys, as Textual names them, by the id of an action that exists.

    Raises:
        InputError: The keymap is invalid; the message names the action and the key.
    """
    given = [action for action in ACTIONS if action.id in keymap]
    for action in given:
        keys = keys_of(action, keymap)
        if not keys:
            raise InputError(f"{action.id} has no key: name one such as 'ctrl+r', or leave the line out")
        for key in keys:
            _check(action, key)
    for place in sorted({action.screen for action in ACTIONS} - {EVERY_SCREEN}):
        _check_screen([action for action in ACTIONS if action.screen in {place, EVERY_SCREEN}], keymap)


def _check(action: Action, key: str) -> None:
    if not _is_key(key):
        raise InputError(f"{action.id}: there is no key {key!r}: name one such as 'r', 'ctrl+r', 'f5' or 'enter'")
    if key == _LEAVES:
        raise InputError(f"{action.id}: {key} always copies or leaves: name another key")
    if action.priority and not _BESIDE_TYPING.fullmatch(key):
        raise InputError(f"{action.id}: {key!r} is needed for typing: name a key such as 'ctrl+r' or 'f5'")


def _check_screen(actions: list[Action], keymap: Mapping[str, str]) -> None:
    """Find conflicts on one screen; if the binding table itself has a key twice, the screen's action has precedence."""
    for action in actions:
        if action.id not in keymap:
            continue
        for other in actions:
            if other is not action and (shared := set(keys_of(action, keymap)) & set(keys_of(other, keymap))):
                raise InputError(
                    f"{action.id} and {other.id} both have the key {min(shared)!r}: give one of them another"
                )


def _is_key(key: str) -> bool:
    from textual.keys import KEY_NAME_REPLACEMENTS, Keys

    match = _MODIFIED.fullmatch(key)
    name = match["key"] if match else ""
    if len(name) == 1:
        return name.isprintable() and not name.isspace()
    names = {part for known in Keys for part in _parts(known.value)} | set(KEY_NAME_REPLACEMENTS.values())
    return name in names or _is_character(name)


def _parts(name: str) -> Iterator[str]:
    yield name
    yield name.rpartition("+")[2]


def _is_character(name: str) -> bool:
    """Return whether a text is Textual's name of a character: ``question_mark``."""
    try:
        return unicodedata.lookup(name.replace("_", " ").upper()).isprintable() and name == name.lower()
    except (KeyError, ValueError):
        return False
