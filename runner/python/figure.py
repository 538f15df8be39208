"""`StudyFigure`: a figure of a study, which a notebook draws."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from catalog.figures import Figure
    from runner.study.charts import StudySnapshot

__all__ = ["StudyFigure"]


@dataclass(frozen=True, repr=False)
class StudyFigure:
    """A figure of a study, as it was when it was requested.

    Attributes:
        record: The figure as data.
    """

    record: "Figure"
    _snapshot: "StudySnapshot"

    @property
    def key(self) -> str:
        """Its name among the figures of the study."""
        return self.record.key

    def as_json(self) -> dict[str, Any]:
        """Return the figure as ``modelcat figures --json`` prints it."""
        from catalog.figures import to_json

        return to_json(self.record)

    def save(self, path: str | os.PathLike[str], *, language: str = "en", force: bool = False) -> Path:
        """Save the figure as ``.html``, ``.svg`` or ``.png``, and return the path.

        Args:
            path: The file; pictures need the extra "images", and Chrome or Chromium.
            language: ``"en"`` or ``"de"``.
            force: Whether an existing file may be replaced.

        Raises:
            InputError: The suffix is unknown, the figure cannot be a picture, or the file exists or cannot be written.
            WorkError: A required library or browser is not installed.
        """
        from runner.destination import check_file
        from runner.python.arguments import FORCED_BY
        from runner.report.saving import save_figure

        target = Path(path)
        check_file(target, force=force, forced_by=FORCED_BY)
        save_figure(self.record, self._snapshot, target, language, force=force)
        return target

    def __repr__(self) -> str:
        """Return key, kind and title."""
        return f"<modelcat figure {self.key}, {self.record.kind}: {self._title}>"

    def _repr_html_(self) -> str | None:
        """Return the figure for a notebook, as a frame with all that it needs; None without the extra "report"."""
        from runner.python.notebook import framed_page
        from runner.report.saving import figure_page

        page = figure_page(self.record, self._snapshot)
        return None if page is None else framed_page(page)

    @property
    def _title(self) -> str:
        from catalog.statement import Statement
        from runner.presentation.english import english
        from runner.presentation.text import safe

        title = self.record.title
        return safe(english(title) if isinstance(title, Statement) else title, 200)
