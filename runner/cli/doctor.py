"""`modelcat doctor`: looks at the machine, without importing anything heavy itself.

Commands:
    doctor: Check versions, devices, database, hub.
"""

import json
import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import click

from catalog import registry
from catalog.errors import ModelcatError, PluginError
from runner.cli import options
from runner.cli.doctor_database import Finding, examine_database, examine_folder, finding
from runner.cli.output import print_json, print_table
from runner.cli.workspace import settings

__all__ = ["doctor"]

_LIBRARIES = ("modelcat", "torch", "transformers", "datasets", "optuna", "pydantic", "sqlalchemy", "scikit-learn")
_DEVICES = """
import json, torch
gpus = [torch.cuda.get_device_properties(i) for i in range(torch.cuda.device_count())]
print(json.dumps({"cpu": torch.backends.cpu.get_cpu_capability(), "threads": torch.get_num_threads(),
                  "gpus": [f"{g.name}, {g.total_memory / 1e9:.0f} GB" for g in gpus]}))
"""
#: Seconds for the import of torch in a separate process; it takes three on a slow disk.
_DEVICES_SECONDS = 120
_HUB_SECONDS = 3.0


@click.command(epilog="Example:  modelcat doctor")
@options.storage
@options.json
def doctor(storage: str | None, json: bool) -> None:
    """Check versions, devices, database, hub."""
    found = settings()
    findings = _examine(storage or found.storage, found.cache)
    print_json(findings) if json else _print_findings(findings)
    if any(finding["state"] == "bad" for finding in findings):
        raise click.exceptions.Exit(1)


def _examine(storage: str, cache: Path) -> list[Finding]:
    """Examine versions, tasks and models, devices, database, folders and hub."""
    return [
        finding("python", "good", f"{platform.python_version()} on {platform.system()} {platform.machine()}"),
        *_versions(),
        *_catalog(),
        _devices(),
        *examine_database(storage),
        examine_folder("cache", cache, "set MODELCAT_CACHE to a folder that can"),
        _hub(),
    ]


def _print_findings(findings: list[Finding]) -> None:
    """Print the findings as a table."""
    marks = {"good": "✓", "note": "!", "bad": "✗"}
    rows = [[marks[f["state"]], f["what"], f["found"] + (f": {f['advice']}" if f["advice"] else "")] for f in findings]
    print_table(["", "what", "found"], rows)


def _versions() -> list[Finding]:
    found = []
    for library in _LIBRARIES:
        try:
            found.append(finding(library, "good", version(library)))
        except PackageNotFoundError:
            found.append(finding(library, "bad", "not installed", "install modelcat again"))
    return found


def _catalog() -> list[Finding]:
    tasks = [("task", entry, registry.load_task) for entry in registry.task_entries()]
    models = [("model", entry, registry.load) for entry in registry.entries()]
    found = []
    for kind, entry, load in (*tasks, *models):
        named = f"{entry.key} ({entry.distribution} {entry.version})"
        try:
            load(entry.key)
            if entry.problem is not None:
                raise PluginError(entry.problem)
            found.append(finding(kind, "good", named))
        except ModelcatError as error:
            found.append(finding(kind, "bad", named, error.message))
    return found


def _devices() -> Finding:
    # -I keeps the working folder off the path: a folder named like a library must not be imported.
    command = [sys.executable, "-I", "-c", _DEVICES]
    try:
        answer = subprocess.run(  # noqa: S603 -- our own interpreter and our own code
            command, capture_output=True, text=True, timeout=_DEVICES_SECONDS, check=True
        )
        devices = json.loads(answer.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        detail = getattr(error, "stderr", None) or str(error)
        return finding("devices", "bad", "torch cannot be used", str(detail).strip().rpartition("\n")[2])
    gpus = ", ".join(devices["gpus"]) or "no GPU"
    return finding("devices", "good", f"{gpus}; CPU {devices['cpu']}, {devices['threads']} threads")


def _hub() -> Finding:
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    home = os.environ.get("HF_HOME", str(Path.home() / ".cache" / "huggingface"))
    offline = "HF_HUB_OFFLINE" in os.environ and os.environ["HF_HUB_OFFLINE"].lower() not in {"", "0", "false", "no"}
    if offline:
        return finding("hub", "note", f"HF_HUB_OFFLINE is set; cache {home}", "only what is cached can be used")
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co")
    if not endpoint.startswith(("http://", "https://")):
        return finding("hub", "bad", f"HF_ENDPOINT is {endpoint!r}", "it must begin with http:// or https://")
    try:
        with urlopen(Request(endpoint, method="HEAD"), timeout=_HUB_SECONDS):  # noqa: S310 -- the scheme is checked
            return finding("hub", "good", f"{endpoint} answers; cache {home}")
    except (URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        if getattr(error, "code", 0) in range(300, 500):  # it answered, even if it refused
            return finding("hub", "good", f"{endpoint} answers; cache {home}")
        advice = "use local folders and files, scratch/ models and demo data, or set HF_HOME to a filled cache"
        return finding("hub", "note", f"{endpoint} does not answer ({reason}); cache {home}", advice)
