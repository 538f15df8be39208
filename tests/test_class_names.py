"""One name stands for one thing: public classes of the packages do not share a name."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAME_ROLE = {
    **dict.fromkeys(
        ("BertConfig", "BertPredictor", "BertTrainer", "LinearConfig", "LinearModel"),
        "the part of a model that each task with such a model has",
    ),
    **dict.fromkeys(("HubDataset", "FilesDataset", "DemoDataset"), "the base, and what a task adds to it"),
    **dict.fromkeys(("Interpretation", "LengthDetails", "TextData"), "the record of each task on texts"),
    "Study": "the `study` of a spec, and the study that the Python API returns",
}


def classes_by_name() -> dict[str, list[str]]:
    """Return the files that define each public class."""
    found = defaultdict(list)
    for package in ("catalog", "plugins", "runner"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name].append(path.relative_to(ROOT).as_posix())
    return found


def test_no_two_public_classes_share_a_name() -> None:
    """A name leads to one class; the exceptions are classes of the same role, and say so."""
    shared = {name: files for name, files in classes_by_name().items() if len(files) > 1}
    assert {name: files for name, files in shared.items() if name not in SAME_ROLE} == {}


def test_every_exception_is_needed() -> None:
    """An exception whose classes no longer share a name is removed."""
    found = classes_by_name()
    assert [name for name in SAME_ROLE if len(found[name]) < 2] == []
