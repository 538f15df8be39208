"""The reference of environment variables, from the settings and a list of the variables that are read elsewhere."""

import re
from pathlib import Path

from generation.markdown import code, page, table, text
from runner.settings import Settings

__all__ = ["settings"]

_ROOT = Path(__file__).parents[2]
_PACKAGES = ("catalog", "plugins", "runner")
_OPTIONS = {"storage": "--storage", "engine": "--engine", "address": "--address"}
#: Read outside of `Settings`: by packages that may not import it, or before it is imported.
_OTHERS = {
    "CONFIG": ("the user's configuration folder", "Folder of `browse.toml`, the settings of the terminal UI."),
    "DEBUG": (
        "off",
        "Shows tracebacks and what workers print, as `modelcat --debug` does. `0`, `false`, `no` and `off` are off.",
    ),
    "READ_LIMITS": (
        "`1`",
        "How many times the [usual limits](../data.md#limits) on data files are allowed, from 1 to 100.",
    ),
}
_LIBRARIES = {
    "HF_HOME": "Folder of models and data of the Hugging Face hub.",
    "HF_HUB_OFFLINE": "`1`: ask no hub, and use what `HF_HOME` has.",
    "CUDA_VISIBLE_DEVICES": "GPUs that modelcat may use.",
}


def settings() -> str:
    """Return the page of environment variables.

    Raises:
        SystemExit: The code names a variable that the page would not have.
    """
    known = {name.upper() for name in Settings.model_fields} | set(_OTHERS)
    if missing := sorted(_named() - known):
        raise SystemExit(f"docs/generation/settings.py does not describe MODELCAT_{', MODELCAT_'.join(missing)}")
    rows = [_row(name) for name in Settings.model_fields]
    rows += [(code(f"MODELCAT_{name}"), default, says) for name, (default, says) in _OTHERS.items()]
    return page(
        "Settings",
        "Environment variables set what options of a command do not say; an option takes precedence. An empty variable "
        "counts as not set, a wrong value is an error with exit code 2, and a misspelt name gets a note.",
        table(("Variable", "If not set", "Meaning"), rows),
        "Libraries read variables of their own. These matter most:",
        table(("Variable", "Meaning"), [(code(name), says) for name, says in _LIBRARIES.items()]),
    )


def _row(name: str) -> tuple[str, str, str]:
    field = Settings.model_fields[name]
    default = "a folder of the user's cache" if field.default_factory else code(field.default)
    says = text(re.sub(r" \(MODELCAT_\w+\)", "", field.description or ""))
    option = f" Option: {code(_OPTIONS[name])}." if name in _OPTIONS else ""
    return code(f"MODELCAT_{name.upper()}"), default, says + option


def _named() -> set[str]:
    """Return the variables that the code names, without their prefix."""
    files = (path for package in _PACKAGES for path in (_ROOT / package).rglob("*.py"))
    return {name for path in files for name in re.findall(r"MODELCAT_([A-Z_]+)", path.read_text(encoding="utf-8"))}
