"""What the end-to-end tests share: the installed command, run as a user would run it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from forked_commands import Commands

FAKES = Path(__file__).parents[1] / "fakes" / "simulated"
MODELCAT = Path(sys.executable).with_name("modelcat")


class Shell:
    """Runs modelcat in a folder of its own, with a cache of its own and no hub.

    With `commands` that is what runs to an end, without a start's imports; without, it is the installed script.
    """

    def __init__(self, folder, commands=None):
        self.folder = folder
        self.commands = commands
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("MODELCAT_")},
            "MODELCAT_CACHE": str(folder / "cache"),
            "HF_HOME": str(folder / "hf"),
            "PYTHONPATH": str(FAKES),
            "OMP_NUM_THREADS": "1",
        }

    def start(self, *arguments, **options):
        """Start the installed script and return the process."""
        return subprocess.Popen(
            [MODELCAT, *map(str, arguments)],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def run(self, *arguments, given=b"", code=0):
        """Run modelcat to its end with bytes on stdin, and return what it printed; `code` None: whatever its end."""
        if self.commands is None:
            process = self.start(*arguments, stdin=subprocess.PIPE)
            out, err = process.communicate(given.decode(), timeout=280)
            ended = process.returncode
        else:
            ended, out, err = self.commands.run([str(x) for x in arguments], self.folder, self.environment, given)
        assert code in {None, ended}, f"exit code {ended}\n{out}\n{err}"
        assert "Traceback" not in err
        return Printed(out, err)

    def json(self, *arguments, code=0):
        """Run modelcat with --json and return what it answered."""
        return json.loads(self.run(*arguments, "--json", code=code).out)

    def write(self, name, content):
        """Write a file into the folder; anything but text and bytes as JSON."""
        path = self.folder / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path


class Printed:
    """What a command printed."""

    def __init__(self, out, err):
        self.out = out
        self.err = err


@pytest.fixture(scope="session")
def commands():
    """Return what runs commands quickly."""
    commands = Commands()
    yield commands
    commands.close()


@pytest.fixture
def shell(tmp_path, commands):
    """Return a shell in an empty folder."""
    return Shell(tmp_path, commands)


@pytest.fixture
def script_shell(tmp_path):
    """Return a shell in an empty folder that always runs the installed script: for tests of how it starts."""
    return Shell(tmp_path)


@pytest.fixture(scope="module")
def module_shell(tmp_path_factory, commands):
    """Return a shell whose folder the tests of a module share."""
    return Shell(tmp_path_factory.mktemp("shell"), commands)


def simulated_spec(config=None, **study):
    """Return a spec of the simulated plugin."""
    names = {"category": "test", "subcategory": "simulated", "model": "curve"}
    return {**names, "model_config": config or {"x": 0.5}, "study": {"confirm": {"top": 1, "seeds": 2}, **study}}


@pytest.fixture(name="simulated_spec", scope="session")
def simulated_spec_fixture():
    """Return the function that makes specs of the simulated plugin."""
    return simulated_spec
