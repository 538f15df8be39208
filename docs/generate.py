"""Make the reference pages of the documentation: ``python docs/generate.py``; ``--check`` only compares them.

The pages are committed, so that a reader of the repository sees them; `make check` fails if one is stale.
"""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from generation.commands import commands
from generation.results import figures, metrics
from generation.schema import spec_page, task_page, tasks
from generation.settings import settings

FOLDER = Path(__file__).parent / "reference"


def pages() -> Mapping[str, Callable[[], str]]:
    """Return what makes each page, by its file's name."""
    by_task = {f"{key.replace('/', '-')}.md": (key, models) for key, models in tasks().items()}
    return {
        "spec.md": spec_page,
        **{name: lambda key=key, models=models: task_page(key, models) for name, (key, models) in by_task.items()},
        "commands.md": commands,
        "metrics.md": metrics,
        "figures.md": figures,
        "settings.md": settings,
    }


def main() -> int:
    """Write the pages, or compare them with what would be written."""
    check, stale = "--check" in sys.argv, []
    made = {name: make() for name, make in pages().items()}
    for name, content in made.items():
        path = FOLDER / name
        if path.is_file() and path.read_text(encoding="utf-8") == content:
            continue
        stale.append(name)
        if not check:
            path.write_text(content, encoding="utf-8")
    abandoned = sorted({path.name for path in FOLDER.glob("*.md")} - set(made))
    for name in stale:
        print(f"docs/reference/{name}: {'stale: run python docs/generate.py' if check else 'written'}")
    for name in abandoned:
        print(f"docs/reference/{name}: nothing makes this page any more; delete it")
    return 1 if (check and stale) or abandoned else 0


if __name__ == "__main__":
    sys.exit(main())
