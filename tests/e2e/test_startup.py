"""What starting modelcat imports: laziness, proven by the modules of a fresh process."""

import subprocess
import sys

import pytest

TRAINERS = {"torch", "transformers", "datasets", "sklearn"}
HEAVY = TRAINERS | {"optuna", "sqlalchemy", "alembic", "textual", "numpy", "pyarrow", "rich"}

RUN = """
import sys
from runner.cli.main import main
sys.argv = ["modelcat", *{arguments!r}]
try:
    main()
except SystemExit as ended:
    assert not ended.code, ended.code
print("MODULES", *sys.modules)
"""


def modules_after(shell, *arguments):
    """Return the top-level modules that a command has imported when it ends."""
    code = RUN.format(arguments=arguments)
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=shell.folder,
        env=shell.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in done.stdout.rpartition("MODULES")[2].split()}


@pytest.mark.parametrize("arguments", [("--help",), ("list",), ("list", "--json"), ("run", "--help")])
def test_help_and_list_import_next_to_nothing(shell, arguments):
    """Help and list import none of the heavy libraries, and not even Pydantic."""
    assert not modules_after(shell, *arguments) & (HEAVY | {"pydantic", "plugins"})


@pytest.mark.parametrize("arguments", [("studies",), ("schema",), ("show", "nlp/text-classification/bert")])
def test_reading_commands_never_import_what_trains(shell, arguments):
    """Commands that read import no trainer's libraries, and not Optuna."""
    assert not modules_after(shell, *arguments) & (TRAINERS | {"optuna"})


def test_a_coordinator_never_imports_what_trains(shell, simulated_spec):
    """A whole study leaves torch, transformers, datasets and scikit-learn to its workers."""
    shell.write("s.json", simulated_spec(trials=3))
    loaded = modules_after(shell, "run", "s.json", "--json")
    assert "optuna" in loaded
    assert not loaded & TRAINERS


def test_a_folder_named_catalog_in_the_way_is_harmless(script_shell, simulated_spec):
    """The command works in a folder with subfolders named like its packages."""
    for name in ("catalog", "plugins", "runner"):
        (script_shell.folder / name).mkdir()
        (script_shell.folder / name / "__init__.py").write_text("raise SystemExit('the wrong package')")
    script_shell.write("s.json", simulated_spec(trials=2))
    assert script_shell.json("run", "s.json")["state"] == "finished"
