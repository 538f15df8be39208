"""Theme, language and keys of a user persist, and an invalid settings file is reported, never guessed at."""

import tomllib

import pytest

from catalog.errors import InputError
from runner.tui.app import Browser
from runner.tui.context import AppContext
from runner.tui.preferences import Preferences, keep_preferences, read_preferences
from runner.tui.study_source import StudySource


def test_what_is_kept_is_read_again(tmp_path):
    """Settings come back as they were kept, in a folder that was not there before."""
    path = tmp_path / "deep" / "browse.toml"
    keep_preferences(path, {"theme": 'a "theme" \\', "language": "de", "ascii": True})
    assert read_preferences(path) == Preferences('a "theme" \\', "de", ascii=True)


MINE = """# my settings
theme = "nord"  # the cold one, "not" the other

[keymap]
# as in vi
"studies.open" = "enter,l"
language = "x"
"""


def test_only_what_changes_is_written(tmp_path):
    """A person's comments, keys and other settings stay, and a link stays a link."""
    real, path = tmp_path / "dotfiles.toml", tmp_path / "browse.toml"
    real.write_text(MINE.replace('language = "x"\n', ""))
    path.symlink_to(real)
    keep_preferences(path, {"language": "de"})
    assert path.is_symlink()
    assert real.read_text() == 'language = "de"\n' + MINE.replace('language = "x"\n', "")
    keep_preferences(path, {"language": "en", "theme": "modelcat-light"})
    assert "# as in vi" in real.read_text()
    assert 'theme = "modelcat-light"  # the cold one, "not" the other' in real.read_text()
    assert read_preferences(path) == Preferences("modelcat-light", "en", keymap={"studies.open": "enter,l"})


def test_an_odd_way_of_writing_is_understood(tmp_path):
    """A setting that fills several lines, or whose name is quoted, is changed where it stands; comments stay."""
    path = tmp_path / "browse.toml"
    for odd in (
        'theme = """\nnord"""  # cold\n[keymap]\n"studies.open" = "l"\n',
        '"theme" = "nord"  # cold\nkeymap = {"studies.open" = "l"}\n',
        "'theme' = '''nord'''  # cold\nkeymap.\"studies.open\" = \"l\"\n",
    ):
        path.write_text(odd)
        keep_preferences(path, {"theme": "dracula", "ascii": True})
        assert read_preferences(path) == Preferences("dracula", ascii=True, keymap={"studies.open": "l"})
        assert '= "dracula"  # cold\n' in path.read_text()


def test_signs_beyond_the_first_plane_stay_toml(tmp_path):
    """A file written again can be read, whatever its keys and names hold."""
    path = tmp_path / "browse.toml"
    path.write_text('"l\\u0061nguage" = "de"\n[keymap]\n"studies.open" = "\U0001f600"\n')
    path.chmod(0o600)
    keep_preferences(path, {"language": "en"})
    assert read_preferences(path) == Preferences(language="en", keymap={"studies.open": "\U0001f600"})
    assert path.stat().st_mode & 0o777 == 0o600, "the file stays private"


def test_a_link_in_a_circle_is_told(tmp_path):
    """It is an error with the file's name, not a defect."""
    path = tmp_path / "browse.toml"
    path.symlink_to(path)
    with pytest.raises((InputError, OSError), match=r"browse\.toml"):
        keep_preferences(path, {"theme": "nord"})


def test_what_toml_cannot_say_is_refused(tmp_path):
    """A setting that no TOML file can hold is reported, and the file stays unchanged."""
    path = tmp_path / "browse.toml"
    path.write_text('language = "de"\n')
    with pytest.raises(InputError, match="cannot be written as TOML"):
        keep_preferences(path, {"theme": "half a sign: \ud800"})
    assert path.read_text() == 'language = "de"\n'
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_was_broken_meanwhile_is_left_alone(tmp_path):
    """Whoever is in the middle of editing it loses nothing."""
    path = tmp_path / "browse.toml"
    path.write_text("theme = ")
    with pytest.raises(InputError, match="not TOML"):
        keep_preferences(path, {"theme": "nord"})
    assert path.read_text() == "theme = "


def test_options_for_this_time_are_not_kept(sample_store, tmp_path, drive):
    """With --language and --ascii given, Ctrl+D keeps the theme alone, and what was edited meanwhile."""
    path = tmp_path / "browse.toml"
    app = Browser(AppContext(StudySource(sample_store), Preferences(language="de", ascii=True), interval=0.5), path)

    async def steps(pilot):
        path.write_text('[keymap]\n"studies.open" = "l"\n')
        await pilot.press("ctrl+d")
        await pilot.pause()

    drive(app, steps)
    assert tomllib.loads(path.read_text()) == {"theme": "modelcat-light", "keymap": {"studies.open": "l"}}


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
    ("content", "expected"),
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
def test_a_wrong_file_is_told(tmp_path, content, expected):
    """What is wrong with the settings is said, with the file's name."""
    path = tmp_path / "browse.toml"
    path.write_bytes(content)
    with pytest.raises(InputError) as raised:
        read_preferences(path)
    assert expected in raised.value.message
    assert str(path) in raised.value.message
