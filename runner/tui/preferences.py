"""The user's theme, language, keymap and glyphs, in a TOML file that the user may edit: ``browse.toml``.

It holds ``theme``, ``language`` and ``ascii``, and a table ``[keymap]`` from the ids of actions to keys, such as
``"studies.open" = "enter,l"``.
"""

import errno
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from catalog.errors import InputError, cut
from catalog.files import read_limited
from runner.environment import no_folder

__all__ = ["Preferences", "keep_preferences", "preferences_file", "read_preferences"]

_LANGUAGES = ("en", "de")
_MOST_BYTES = 1 << 16
_MOST_NAMED = 10
"""Most unknown actions that an error names."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The user's choices.

    Attributes:
        theme: Name of a Textual theme; ours are ``modelcat-dark`` and ``modelcat-light``.
        language: ``"en"`` or ``"de"``.
        ascii: Whether to draw with ASCII only.
        keymap: Keys by the id of an action (`runner.tui.bindings.ACTIONS`).
    """

    theme: str = "modelcat-dark"
    language: str = "en"
    ascii: bool = False
    keymap: Mapping[str, str] = field(default_factory=dict)


def preferences_file() -> Path:
    """Return the file of the preferences: in ``MODELCAT_CONFIG``'s folder, else in the user's configuration folder.

    Raises:
        InputError: The variable does not name a folder.
    """
    if folder := os.environ.get("MODELCAT_CONFIG"):
        if (problem := no_folder(Path(folder))) is not None:
            raise InputError(f"MODELCAT_CONFIG must name a folder: {problem}")
        return Path(folder) / "browse.toml"
    from platformdirs import user_config_path

    return user_config_path("modelcat") / "browse.toml"


def read_preferences(path: Path) -> Preferences:
    """Read the preferences; the language comes from the environment if the file has none.

    Raises:
        InputError: The file cannot be read or has an unknown setting; the message says which, and where.
    """
    return replace(Preferences(language=_language_of_environment()), **_settings_in(path, _text_of(path)))


def keep_preferences(path: Path, changes: Mapping[str, str | bool]) -> None:
    """Write settings to the file; everything else in it, comments included, is unchanged.

    Raises:
        InputError: The file can no longer be read, or the settings cannot be written as TOML; nothing is written.
        OSError: The file cannot be written; its former content stays.
    """
    from runner.store.files import write_bytes

    try:
        place = path.resolve()  # a symbolic link stays a link
    except RuntimeError as error:
        raise InputError(f"{path}: the settings cannot be read: the link leads back to itself") from error
    text = _text_of(place)
    wanted = {**_settings_in(place, text), **changes}
    for name, value in changes.items():
        text = _with_line(text, name, _toml(value))
    if not _has_settings(text, wanted):  # the file has the setting in another form than on a line of its own
        text = _whole(wanted)
        if not _has_settings(text, wanted):
            raise InputError(f"{path}: these settings cannot be written as TOML; the file is as it was")
    place.parent.mkdir(parents=True, exist_ok=True)
    mode = place.stat().st_mode if place.exists() else None
    write_bytes(place, text.encode())
    if mode is not None:
        place.chmod(mode)


def _text_of(path: Path) -> str:
    """Return the settings in the file; empty if there is no file."""
    try:
        content = read_limited(path, _MOST_BYTES)
    except FileNotFoundError:
        return ""
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise InputError(f"{path}: settings of more than {_MOST_BYTES} bytes are not read") from error
        raise InputError(f"{path}: the settings cannot be read: {error.strerror}") from error
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: the settings are not TOML: {error}") from error


def _settings_in(path: Path, text: str) -> dict[str, Any]:
    try:
        given = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: the settings are not TOML: {error}") from error
    return {name: _checked(path, name, value) for name, value in given.items()}


def _has_settings(text: str, settings: Mapping[str, Any]) -> bool:
    try:
        return tomllib.loads(text.encode().decode()) == settings
    except (tomllib.TOMLDecodeError, UnicodeEncodeError):
        return False


def _with_line(text: str, name: str, value: str) -> str:
    """Return a TOML text in which a key of its first table has a new value, on a new first line if it is missing."""
    top, table, rest = re.match(r"(?s)(.*?)(^[ \t]*\[|\Z)(.*)", text, re.MULTILINE).groups()  # type: ignore[union-attr]
    text_in = r"\"{3}(?s:.*?)\"{3}|'{3}(?s:.*?)'{3}|\"(?:[^\"\\\r\n]|\\.)*\"|'[^'\r\n]*'"
    pattern = rf"(?m)^([ \t]*([\"']?){name}\2[ \t]*=[ \t]*)({text_in}|[^#\s]+)"
    changed, found = re.subn(pattern, lambda line: line[1] + value, top, count=1)
    return (changed if found else f"{name} = {value}\n{top}") + table + rest


def _whole(settings: Mapping[str, Any]) -> str:
    keymap = settings.get("keymap", {})
    lines = [f"{name} = {_toml(value)}" for name, value in settings.items() if name != "keymap"]
    if keymap:
        lines += ["", "[keymap]", *(f"{_toml(name)} = {_toml(keys)}" for name, keys in keymap.items())]
    return "\n".join(lines) + "\n"


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
            unknown = sorted(map(repr, set(value) - known))
            more = [f"and {len(unknown) - _MOST_NAMED:,} more"] if len(unknown) > _MOST_NAMED else []
            strange = ", ".join(map(cut, [*unknown[:_MOST_NAMED], *more])) or "keys that are not text"
            raise InputError(f"{path}: keymap: {strange}: name an action such as 'studies.open' and its keys as text")
        case (("theme" | "ascii" | "language" | "keymap"), _):
            wanted = {"theme": "a theme's name", "ascii": "true or false", "keymap": "a table", "language": "en or de"}
            raise InputError(f"{path}: {name} is {value!r}; it must be {wanted[name]}")
        case _:
            raise InputError(f"{path}: there is no setting {cut(name)!r}; known are theme, language, ascii and keymap")


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


def _toml(value: str | bool) -> str:
    import json

    # A JSON string is a TOML basic string, except for \x7f, and for the surrogates that JSON writes.
    text = json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value).lower() if isinstance(value, bool) else text
