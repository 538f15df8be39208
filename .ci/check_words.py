"""Refuse words for which plain technical English has a better one; without paths in all tracked Python and Markdown."""

import re
import subprocess
import sys
from pathlib import Path

WORDS = {
    r"\b(told|retell)\b": "given, shown, reported, said",
    r"\b(is|are|be|being) told\b": "is reported, receives",
    r"\bnobody\b": "no one, no process, not ... any",
    r"\bwhoever\b": "the caller, the process that",
    r"\bsomebody('s)?\b": "another process, a user, a person",
    r"\banybody('s)?\b": "any user, any process",
    r"\banew\b": "again",
    r"\bbeside\b": "next to",
    r"\bTells? whether\b": "Return whether",
    r"\btells? whether\b": "returns whether, shows whether",
    r"\bNone where\b": "None if",
    r"\b(desk|shelf|contest|bench)\b": "context, sample store, comparison, executor",
    r"\bgo_on\b": "resume",
}
"""Pattern by what to write instead."""
EXEMPT = ("CHANGELOG.md", ".ci/check_words.py")


def main(paths: list[str]) -> int:
    """Print each line with such a word; return 1 if there is any."""
    listed = subprocess.run(["git", "ls-files", "*.py", "*.md"], capture_output=True, text=True, check=True)  # noqa: S607
    bad = 0
    for name in listed.stdout.splitlines():
        if name in EXEMPT or (paths and not name.startswith(tuple(paths))):
            continue
        for number, line in enumerate(Path(name).read_text(encoding="utf-8").splitlines(), start=1):
            for pattern, instead in WORDS.items():
                if found := re.search(pattern, line):
                    print(f"{name}:{number}: {found[0]!r}: write {instead}: {line.strip()[:100]}")  # noqa: T201
                    bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
