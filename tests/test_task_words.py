"""The catalog and the runner know no task: no word of texts, tokens, classes or confusion stands in them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
WORDS = re.compile(
    r"\b(texts|tokens?|classes|classified|confusion|confused|probability|probabilities|label_rows|num_labels"
    r"|max_seq_length|sentiment|films?|reviews?)\b",
    re.IGNORECASE,
)
"""Not among them are words that figures, options and prose use of any task: label, text, word, sentence, accuracy."""
MEANT = (
    (r"tokens_per_second|tokens a second|tokens/s", "a name in the JSON of `train`, shown if a model has tokens"),
    (r"\bclasses[:=]|Textual's name|As in Textual", "Textual's argument for styles"),
    (r"classes of th[eo]se|such classes|classes made|makes its own classes", "classes of Python"),
    (r"unconditional-image-generation", "names of tasks that the hub knows"),
    (r"reviews\.csv", "a file in an example of the command line, as README has it"),
    (r"Review it\.", "what a developer does with a drafted migration"),
    (r"RAY_AUTH_MODE|ray get-auth-token|\"token\" in told", "Ray's password"),
)
EXEMPT_FILES = {
    "runner/cli/evaluate.py": "options of the command line that stay: --text, --label, --labels-as",
    "catalog/contract/results.py": "columns that any file of predictions may have, `probabilities` among them",
    "runner/tui/prediction_files.py": "the reader of these columns, which stored studies have",
    "runner/tui/web/": "a token lets a web browser in",
    "runner/engine/ray/": "tokens prove that nodes share a folder",
    "runner/store/migrations/versions/": "what older releases stored",
}


def lines_with_words() -> list[str]:
    """Return the lines of both packages that name something of a single task, and are not meant to."""
    found = []
    for package in ("catalog", "runner"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name.startswith(tuple(EXEMPT_FILES)):
                continue
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                rest = line
                for pattern, _ in MEANT:
                    rest = "" if re.search(pattern, rest) else rest
                if WORDS.search(rest):
                    found.append(f"{name}:{number}: {line.strip()}")
    return found


def test_no_word_of_a_task_stands_in_catalog_and_runner() -> None:
    """What only one task knows is in its plugin; each exception above says why."""
    assert lines_with_words() == []


def test_every_exception_is_needed() -> None:
    """An exception that nothing needs any more is removed."""
    for exempt in EXEMPT_FILES:
        files = [ROOT / exempt] if exempt.endswith(".py") else sorted((ROOT / exempt).rglob("*.py"))
        assert any(WORDS.search(file.read_text(encoding="utf-8")) for file in files), exempt
    whole = "\n".join(
        path.read_text(encoding="utf-8") for package in ("catalog", "runner") for path in (ROOT / package).rglob("*.py")
    )
    for pattern, why in MEANT:
        assert re.search(pattern, whole), why
