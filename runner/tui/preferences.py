"""Theme, language, keymap and signs of a person, in a TOML file that they may edit: ``browse.toml``.

It holds ``theme``, ``language`` and ``ascii``, and a table ``[keymap]`` from the ids of actions to keys, such as
``"studies.open" = "enter,l"``.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from catalog.errors import InputError

__all__ = ["Preferences", "preferences_file", "read_preferences", "write_preferences"]

_LANGUAGES = ("en", "de")
_MOST_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person has chosen.

    Attributes:
        theme: Name of a Textual theme; ours are ``modelcat-dark`` and ``modelcat-light``.
        language: ``"en"`` or ``"de"``.
        ascii: Whether to draw with ASCII signs only.
        keymap: Keys by the id of an action (`runner.tui.bindings.ACTIONS`).
    """

    theme: str = "modelcat-dark"
    language: str = "en"
    ascii: bool = False
    keymap: Mapping[str, str] = field(default_factory=dict)


def preferences_file() -> Path:
    """Return where the preferences lie: ``MODELCAT_CONFIG``'s folder, else the user's configuration folder."""
    if folder := os.environ.get("MODELCAT_CONFIG"):
        return Path(folder) / "browse.toml"
    from platformdirs import user_config_path

    return user_config_path("modelcat") / "browse.toml"


def read_preferences(path: Path) -> Preferences:
    """Read the preferences; the language of the environment where the file says none.

    Raises:
        InputError: The file cannot be read or holds something that is not known; told is what and where.
    """
    chosen = Preferences(language=_language_of_environment())
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return chosen
    except OSError as error:
        raise InputError(f"{path}: the settings cannot be read: {error.strerror}") from error
    if len(content) > _MOST_BYTES:
        raise InputError(f"{path}: settings of more than {_MOST_BYTES} bytes are not read")
    try:
        given = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: the settings are not TOML: {error}") from error
    return replace(chosen, **{name: _checked(path, name, value) for name, value in given.items()})


def write_preferences(path: Path, preferences: Preferences) -> None:
    """Write the preferences, whole or not at all.

    Raises:
        OSError: The file cannot be written.
    """
    from runner.store.files import write_bytes

    lines = [
        f"theme = {_quoted(preferences.theme)}",
        f"language = {_quoted(preferences.language)}",
        f"ascii = {str(preferences.ascii).lower()}",
    ]
    if preferences.keymap:
        lines += ["", "[keymap]", *(f"{_quoted(name)} = {_quoted(keys)}" for name, keys in preferences.keymap.items())]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_bytes(path, ("\n".join(lines) + "\n").encode())


def _checked(path: Path, name: str, value: Any) -> Any:
    from runner.tui.bindings import ACTIONS

    known = {action.id for action in ACTIONS}
    match name, value:
        case "theme", str():
            return value
        case "ascii", bool():
            return value
        case "language", str() if value in _LANGUAGES:
            return value
        case "keymap", dict() if set(value) <= known and all(isinstance(keys, str) and keys for keys in value.values()):
            return _checked_keymap(path, value)
        case "keymap", dict():
            strange = ", ".join(sorted(map(repr, set(value) - known))) or "keys that are not text"
            raise InputError(f"{path}: keymap: {strange}: name an action such as 'studies.open' and its keys as text")
        case (("theme" | "ascii" | "language" | "keymap"), _):
            wanted = {"theme": "a theme's name", "ascii": "true or false", "keymap": "a table", "language": "en or de"}
            raise InputError(f"{path}: {name} is {value!r}; it must be {wanted[name]}")
        case _:
            raise InputError(f"{path}: there is no setting {name!r}; known are theme, language, ascii and keymap")


def _checked_keymap(path: Path, keymap: dict[str, str]) -> dict[str, str]:
    from runner.tui.keymap import check_keymap

    try:
        check_keymap(keymap)
    except InputError as error:
        raise InputError(f"{path}: keymap: {error.message}") from error
    return keymap


def _language_of_environment() -> str:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(variable):
            code = value.partition("_")[0].partition(".")[0].lower()
            return code if code in _LANGUAGES else "en"
    return "en"


def _quoted(text: str) -> str:
    import json

    return json.dumps(text)  # a JSON string is a TOML basic string, but for \x7f, which no name of ours holds
