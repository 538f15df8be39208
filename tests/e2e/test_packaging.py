"""What is shipped works by itself: the wheel in a clean environment, from another folder."""

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = "text,label\n" + "".join(
    f"the {kind} film number {n} was {kind} in every way,{kind}\n" for n in range(30) for kind in ("good", "bad")
)
LINEAR = {
    "model": "linear",
    "category": "nlp",
    "subcategory": "text-classification",
    "model_config": {"C": 1.0},
    "dataset": {"source": "files", "train": "rows.csv"},
    "study": {"name": "wheel", "trials": 2, "confirm": {"top": 1, "seeds": 1}},
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel once, with the build backend that is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_three_packages_and_nothing_else(wheel):
    """Tests, examples and benchmarks are not shipped; migrations, translations and type markers are."""
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"catalog", "plugins", "runner"}
    assert not [name for name in names if "test_" in name or name.endswith((".db", ".pyc"))]
    assert any(name.startswith("runner/store/migrations/versions/v0001") for name in names)
    assert "catalog/py.typed" in names
    assert {"runner/presentation/de.po", "plugins/tabular/de.po"} <= set(names)


def test_the_wheel_runs_a_study_in_a_clean_environment(wheel, shell):
    """Installed where the checkout is out of reach, the command lists, runs a study and predicts."""
    home = shell.folder / "environment"
    venv.create(home, with_pip=False)
    site = next((home / "lib").glob("python*/site-packages"))
    # The dependencies of this environment, without its link to the checkout: a line of a .pth file adds a folder, but
    # the .pth files within that folder are not read.
    (site / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*install, "--prefix", str(home), "--ignore-installed", str(wheel)], check=True, capture_output=True)
    script = home / "bin" / "modelcat"
    assert script.exists()
    del shell.environment["PYTHONPATH"]

    def modelcat(*arguments):
        done = subprocess.run(
            [home / "bin" / "python", script, *arguments],
            cwd=shell.folder,
            env=shell.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    where = "import runner.cli; print(runner.cli.__file__)"
    place = subprocess.run(
        [home / "bin" / "python", "-c", where], cwd=shell.folder, capture_output=True, text=True, check=True
    )
    assert Path(place.stdout.strip()).is_relative_to(home)
    assert "nlp/text-classification/bert" in modelcat("list")
    shell.write("rows.csv", ROWS)
    shell.write("spec.json", LINEAR)
    modelcat("run", "spec.json")
    assert '"label": "good"' in modelcat("predict", "wheel", "the good film was good", "--json")
