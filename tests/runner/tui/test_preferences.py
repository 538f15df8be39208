"""Theme, language and keys of a person survive, and a wrong settings file is told, never guessed at."""

import pytest

from catalog.errors import InputError
from runner.tui.preferences import Preferences, read_preferences, write_preferences


def test_what_is_written_is_read_again(tmp_path):
    """Preferences come back as they were kept, keys with quotes and backslashes included."""
    path = tmp_path / "deep" / "browse.toml"
    chosen = Preferences("modelcat-light", "de", True, {"studies.open": 'enter,"', "app.quit": "\\"})
    write_preferences(path, chosen)
    assert read_preferences(path) == chosen


def test_without_a_file_the_language_is_that_of_the_environment(tmp_path, monkeypatch):
    """A person with a German terminal is met in German, others in English."""
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    assert read_preferences(tmp_path / "none.toml") == Preferences()
    monkeypatch.setenv("LANG", "de_AT.UTF-8")
    assert read_preferences(tmp_path / "none.toml").language == "de"
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert read_preferences(tmp_path / "none.toml").language == "en"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"theme = ", "not TOML"),
        (b"\xff\xfe", "not TOML"),
        (b"colour = 1", "no setting 'colour'"),
        (b'language = "fr"', "language is 'fr'; it must be en or de"),
        (b"ascii = 1", "ascii is 1; it must be true or false"),
        (b'[keymap]\n"studies.opne" = "x"', "'studies.opne'"),
        (b'[keymap]\n"studies.open" = ""', "keys that are not text"),
        (b"#" * 70_000, "more than 65536 bytes"),
    ],
)
def test_a_wrong_file_is_told(tmp_path, content, told):
    """What is wrong with the settings is said, with the file's name."""
    path = tmp_path / "browse.toml"
    path.write_bytes(content)
    with pytest.raises(InputError) as raised:
        read_preferences(path)
    assert told in raised.value.message
    assert str(path) in raised.value.message
