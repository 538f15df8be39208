"""The commands of README and of the guides run as they stand, and README's spec is the example's."""

import json
import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: Makes the study of the demo short: the full one takes minutes and is run by `make demo`.
SMALL = ["--set", "dataset.size=240", "--set", "study.trials=2", "--set", "model_config.epochs=1"]
SMALL += ["--workers", "1", "--set", 'study.confirm={"top": 1, "seeds": 1}']
#: The pages whose commands run, by the study that they use: the first page of each makes it.
PAGES = {
    "quickstart": ("start", "guides/verdict", "guides/export"),
    "feedback": ("guides/csv", "guides/gpu", "guides/predict"),
}
#: Files that the pages have the reader write.
WRITTEN = {"quickstart": {"report.html", "history.html", "my-onnx"}, "feedback": {"feedback.html", "answers.parquet"}}


def read(page):
    """Return a page of Markdown."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page, language):
    """Return the fenced blocks of a page in a language."""
    return re.findall(rf"```{language}\n(.*?)```", read(page), flags=re.DOTALL)


def commands_of(page):
    """Yield the commands that a page shows, as lists of arguments; make demo is its recipe, made short."""
    for block in blocks(page, "sh"):
        for line in filter(None, block.splitlines()):
            program, *arguments = shlex.split(recipe_of_demo() if line == "make demo" else line)
            assert program.rpartition("/")[2] == "modelcat", line
            yield [*arguments, *(SMALL if line == "make demo" else [])]


def recipe_of_demo():
    """Return the last line that ``make demo`` would run."""
    dry = ["make", "--dry-run", "--no-print-directory", "demo"]
    recipe = subprocess.run(dry, cwd=ROOT, env=outside_make(), capture_output=True, text=True, check=True).stdout
    return recipe.splitlines()[-1].strip()


def test_the_readmes_commands_run(script_shell):
    """What a newcomer types works in the order in which it is printed."""
    shutil.copytree(ROOT / "examples", script_shell.folder / "examples")
    listed = list(commands_of("README.md"))
    assert len(listed) == 2
    for arguments in listed:
        assert script_shell.run(*arguments).out


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("study", PAGES)
def test_the_commands_of_the_guides_run(shell, study):
    """The guides' commands work one page after the other, with the specs that the pages have the reader save."""
    shutil.copytree(ROOT / "examples", shell.folder / "examples")
    ran = 0
    for page in (f"docs/{name}.md" for name in PAGES[study]):
        for name, spec in re.findall(
            r"`(\w+\.json)`[^`]*(?:`[^`]+`[^`]*)*?```json\n(.*?)```", read(page), flags=re.DOTALL
        ):
            shell.write(name, spec)
        for arguments in commands_of(page):
            shell.run(*arguments, code=None if arguments[0] == "doctor" else 0)
            ran += 1
    assert ran >= 10
    assert WRITTEN[study] <= {one.name for one in shell.folder.iterdir()}


def outside_make():
    """Return this environment without what a make that runs these tests has put there."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}


def commands(shell):
    """Return the names of the commands that the help lists."""
    listed = shell.run("--help").out.partition("Commands:\n")[2].partition("\n\n")[0]
    return re.findall(r"^  (\w+) ", listed, flags=re.MULTILINE)


def test_the_readmes_spec_is_the_case_study_verbatim():
    """The four keys in the README are those of the example."""
    (spec,) = map(json.loads, blocks("README.md", "json"))
    assert spec == json.loads((ROOT / "examples" / "imdb-bert.json").read_text())
    assert list(spec) == ["model", "category", "subcategory", "model_config"]


def test_the_start_page_lists_every_example():
    """The start page lists every example that exists, and no other."""
    listed = set(re.findall(r"`examples/([\w-]+)\.json` \|", read("docs/start.md")))
    assert listed == {path.stem for path in (ROOT / "examples").glob("*.json")}


def test_the_reference_lists_every_command_and_no_other(shell):
    """The reference has a section for each command."""
    assert re.findall(r"^## modelcat (\w+)$", read("docs/reference/commands.md"), re.MULTILINE) == commands(shell)


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.json")), ids=lambda path: path.stem)
def test_every_example_is_a_sound_spec(shell, path):
    """Examples validate; if they name files that are not shipped, that alone is what is wrong."""
    shutil.copytree(ROOT / "examples", shell.folder / "examples")
    if path.stem == "imdb-distilbert-files":
        error = shell.json("validate", f"examples/{path.name}", code=2)["error"]
        assert error["kind"] == "bad_data"
        assert "train.parquet" in error["message"]
    else:
        assert shell.json("validate", f"examples/{path.name}")["valid"]


def test_every_command_has_an_example_in_its_help(shell):
    """The help of every command shows how it is used."""
    for name in commands(shell):
        assert f"Example:  modelcat {name}" in shell.run(name, "--help").out
