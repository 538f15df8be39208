"""The tutorials of a plugin and of a task work as they stand: each step is installed, shown, trained and asked."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def blocks(page, language):
    """Return the fenced blocks of a page in a language, in their order."""
    return re.findall(rf"```{language}\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), flags=re.DOTALL)


def install(shell, packages, module, code):
    """Lay a package into the shell's path as pip would: its code, and the entry points of its pyproject.toml."""
    site = shell.folder / "site"
    information = site / f"{module}-0.1.dist-info"
    information.mkdir(parents=True, exist_ok=True)
    (site / f"{module}.py").write_text(code)
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 0.1\n")
    groups = {}
    for package in packages:
        for group, points in tomllib.loads(package)["project"]["entry-points"].items():
            groups.setdefault(group, {}).update(points)
    lines = [
        line for group, points in groups.items() for line in (f"[{group}]", *(f"{k} = {v}" for k, v in points.items()))
    ]
    (information / "entry_points.txt").write_text("\n".join(lines))
    shell.environment["PYTHONPATH"] = str(site)


def doctor_on(shell, key):
    """Return what doctor says of a key."""
    return shell.run("doctor", code=1).out.partition(key)[2].partition("\n")[0]


def test_each_step_of_the_plugin_tutorial_works(shell):
    """Ten lines are listed, the next step is shown, the last one trains, is asked, and conforms."""
    (package,), (start, described, trained, _) = blocks("writing-a-plugin.md", "toml"), code_of_the_plugin()
    key = "nlp/text-classification/majority"
    assert sum(bool(line.strip()) for line in (package + start).splitlines()) <= 10
    install(shell, [package], "modelcat_majority", start)
    assert key in {entry["key"] for entry in shell.json("list")}
    assert "it lacks Config" in doctor_on(shell, key)
    install(shell, [package], "modelcat_majority", described)
    assert shell.json("show", key)["parameters"][0]["name"] == "alpha"
    assert "majority" in shell.run("schema", key).out
    install(shell, [package], "modelcat_majority", described + trained)
    shell.write("majority.json", json.loads(blocks("writing-a-plugin.md", "json")[0]))
    result = shell.json("run", "majority.json")
    assert result["trials"]["complete"] + result["trials"]["pruned"] == 4
    assert "no better than guessing" in result["verdict"]["sentence"]
    assert "loses to the linear baseline" in result["verdict"]["sentence"]
    assert shell.json("predict", "majority", "A good film.")[0]["label"] in {"negative", "positive"}


def test_the_plugin_of_the_tutorial_conforms(shell):
    """The tests that the tutorial ends with pass, run as its reader would run them."""
    _, described, trained, tests = code_of_the_plugin()
    install(shell, blocks("writing-a-plugin.md", "toml"), "modelcat_majority", described + trained)
    shell.write("test_majority.py", tests)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_majority.py"]
    done = subprocess.run(command, cwd=shell.folder, env=shell.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) >= 15


def code_of_the_plugin():
    """Return the blocks of code of the plugin tutorial."""
    return blocks("writing-a-plugin.md", "python")


def test_each_step_of_the_task_tutorial_works(shell):
    """Ten lines are found, and the whole task with its model is validated, trained, reported and compared."""
    packages = blocks("writing-a-task.md", "toml")
    start, *code = blocks("writing-a-task.md", "python")
    assert sum(bool(line.strip()) for line in (packages[0] + start).splitlines()) <= 10
    install(shell, packages[:1], "modelcat_shop", start)
    assert "it lacks" in doctor_on(shell, "shop/next-item")
    install(shell, packages, "modelcat_shop", "\n\n".join(code))
    rows = [("bread", 8, "butter"), ("tea", 9, "milk"), ("bread", 10, "cheese"), ("bread", 8, "butter")] * 40
    shell.write("baskets.csv", "before,hour,next\n" + "".join(f"{a},{b},{c}\n" for a, b, c in rows))
    shell.write("shop.json", json.loads(blocks("writing-a-task.md", "json")[0]))
    assert shell.json("validate", "shop.json")["valid"]
    result = shell.json("run", "shop.json")
    assert 0.6 < result["test"]["hits"] < 0.9
    shell.run("report", "shop", "-o", "shop.html")
    assert "Hits" in (shell.folder / "shop.html").read_text(encoding="utf-8")
