"""The README's commands run, its spec is the example's, and its table lists what there is."""

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
#: Makes the README's study short: the full one takes minutes and is run by `make demo`.
SMALL = ["--set", "dataset.size=240", "--set", "study.trials=2", "--set", "model_config.epochs=1"]
SMALL += ["--workers", "1", "--set", 'study.confirm={"top": 1, "seeds": 1}']


def blocks(language):
    """Return the README's fenced blocks of a language."""
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


def test_the_readmes_commands_run(script_shell):
    """What a newcomer types works in the order in which it is printed; make demo is its recipe, made short."""
    shutil.copytree(ROOT / "examples", script_shell.folder / "examples")
    dry = ["make", "--dry-run", "--no-print-directory", "demo"]
    recipe = subprocess.run(dry, cwd=ROOT, env=outside_make(), capture_output=True, text=True, check=True).stdout
    lines = [line for block in blocks("sh") for line in block.splitlines() if line]
    assert "make demo" in lines
    ran = 0
    for line in lines:
        command = recipe.splitlines()[-1].strip() if line == "make demo" else line
        program, *arguments = shlex.split(command)
        assert program.endswith("bin/modelcat"), command
        printed = script_shell.run(*arguments, *(SMALL if arguments[0] == "run" else []))
        assert printed.out
        ran += 1
    assert ran >= 4


def outside_make():
    """Return this environment without what a make that runs these tests has put there."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}


def commands(shell):
    """Return the names of the commands that the help lists."""
    listed = shell.run("--help").out.partition("Commands:\n")[2].partition("\n\n")[0]
    return re.findall(r"^  (\w+) ", listed, flags=re.MULTILINE)


def test_the_readmes_spec_is_the_case_study_verbatim():
    """The four keys in the README are those of the example."""
    (spec,) = map(json.loads, blocks("json"))
    assert spec == json.loads((ROOT / "examples" / "imdb-bert.json").read_text())
    assert list(spec) == ["model", "category", "subcategory", "model_config"]


def test_the_readme_lists_every_command_and_no_other(shell):
    """A command that is not there is not promised; one that is there is told."""
    table = README.partition("## Commands")[2].partition("## Examples")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    told = {name for cell in cells for name in re.findall(r"`(?:modelcat )?(\w+)", cell)}
    assert told == set(commands(shell))


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.json")), ids=lambda path: path.stem)
def test_every_example_is_a_sound_spec(shell, path):
    """Examples validate; where they name files that are not shipped, that alone is what is wrong."""
    shutil.copytree(ROOT / "examples", shell.folder / "examples")
    if path.stem == "imdb-distilbert-files":
        error = shell.json("validate", f"examples/{path.name}", code=2)["error"]
        assert error["kind"] == "bad_data"
        assert "train.parquet" in error["message"]
    else:
        assert shell.json("validate", f"examples/{path.name}")["valid"]


def test_every_command_has_an_example_in_its_help(shell):
    """Help shows how it is used."""
    for name in commands(shell):
        assert f"Example:  modelcat {name}" in shell.run(name, "--help").out
