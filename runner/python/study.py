"""`Study`: a study of a database as a Python object."""

import html
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast, get_args

from catalog.errors import InputError
from runner.python.arguments import FORCED_BY, Precision, Workers, check_choice, checked_precision
from runner.python.figure import StudyFigure
from runner.workspaces import open_store

if TYPE_CHECKING:
    import pandas as pd

    from catalog.figures import Figure
    from runner.store.records import StudyRecord, StudyState
    from runner.store.store import Store
    from runner.study.charts import StudySnapshot
    from runner.study.workspace import Workspace

__all__ = ["Study"]


class Study:
    """A study in a database: its stored records, and the predictions of its model.

    `run`, `study` and `studies` return one. It holds no copy: every property and method reads the current state of the
    database, so that the progress of a study which another process runs is visible. Each may raise `UnknownStudyError`
    once the study is deleted, and `StoreError` if its records are damaged.
    """

    def __init__(self, name: str, workspace: "Workspace") -> None:
        self._name = name
        self._place = workspace

    @property
    def name(self) -> str:
        """Its name in the database."""
        return self._name

    @property
    def key(self) -> str:
        """Key of the model that it tunes: ``category/subcategory/name``."""
        return self._record().key

    @property
    def state(self) -> "StudyState":
        """``queued``, ``running``, ``stopped``, ``finished`` or ``failed``."""
        return self._record().effective_state(datetime.now(UTC))

    @property
    def verdict(self) -> dict[str, Any] | None:
        """The result of the confirmation, its ``"sentence"`` and numbers; None before there is one."""
        return cast("dict[str, Any] | None", self.as_json()["verdict"])

    @property
    def best(self) -> dict[str, Any] | None:
        """``{"number", "params", "metrics"}`` of the trial that is kept, else of the best so far; None if none."""
        return cast("dict[str, Any] | None", self.as_json()["best"])

    @property
    def test(self) -> dict[str, Any] | None:
        """Metrics of the kept model on the test split, and its rows as ``"n"``; None before the split was used."""
        return cast("dict[str, Any] | None", self.as_json()["test"])

    def as_json(self) -> dict[str, Any]:
        """Return the result as ``modelcat run --json`` prints it."""
        from runner.store.json_output import study_answer

        return study_answer(self._record(), self._place.folder_of(self._name))

    def trials(self) -> "pd.DataFrame":
        """Return the trials as a pandas data frame, one row each.

        Columns are ``number``, ``state``, ``origin``, ``value`` (of the study's metric), ``params.NAME`` and
        ``metrics.NAME`` for each parameter and metric, ``positive``, ``seconds``, ``started`` and ``finished`` (UTC),
        ``failure.kind``, ``failure.reason`` and ``reused_from``. A study without trials gives the columns alone.
        """
        from runner.python.frames import trials_frame

        with self._store() as store:
            return trials_frame(store.study(self._name), store.trials(self._name))

    def figures(self, trial: int | None = None) -> "tuple[Figure, ...]":
        """Return all figures of the study as data (`catalog.figures`): its charts, and those of its task.

        Args:
            trial: Number of the trial to show, which the charts mark; the winner if left out.

        Raises:
            UnknownStudyError: There is no such trial.
        """
        from runner.study.study_figures import all_figures

        return all_figures(self._snapshot(trial), trial)

    def figure(self, key: str, trial: int | None = None, **options: str) -> "StudyFigure":
        """Return one figure, which a notebook draws if the extra "report" is installed.

        Args:
            key: As in `figures`: ``"history"``, ``"importance"``, ...
            trial: As for `figures`.
            options: Choices of the chart, such as ``parameter="epochs"`` of ``"slice"``.

        Raises:
            UnknownStudyError: There is no such trial.
            InputError: There is no such figure, option or value; the message names those that exist.
        """
        from runner.study.study_figures import figure_of

        snapshot = self._snapshot(trial)
        return StudyFigure(figure_of(snapshot, key, trial, options), snapshot)

    def predict(self, inputs: Any, *, explain: bool = False, precision: Precision = "auto") -> list[dict[str, Any]]:
        """Predict with the study's model: the kept one, or the best so far.

        A worker process is started for the call, and opens the model; one call with many inputs takes far less time
        than many calls.

        Args:
            inputs: A list of values, for a task whose input is a single one, such as a text; a list of dicts of an
                input's fields; or a pandas data frame with a row for each input. A string or a dict alone is one input.
                Names and columns that are not fields are left out. None, NaN and blank strings are empty.
            explain: Say why the answers are what they are; not every model can.
            precision: ``"auto"`` is the model's most exact, as for inputs in the arguments of the command.

        Returns:
            One answer for each input, in order, as ``modelcat predict --json`` prints it. An empty input has an empty
            answer.

        Raises:
            InputError: The study has no model yet, the model cannot explain, or `inputs` are not valid.
            DataError: An input does not fit its fields.
            WorkError: The worker failed.
        """
        from contextlib import closing

        from runner.engine.messages import Predict
        from runner.study.folders import kept_model
        from runner.study.inputs import chunked, input_fields
        from runner.study.model_files import columns_of_role
        from runner.study.object_inputs import object_inputs
        from runner.study.prediction_view import PredictionView
        from runner.study.predictions import answered

        exact = checked_precision(precision, explain=explain)
        record = self._record()
        fields = input_fields(record.key, record.data)
        given = list(object_inputs(inputs, fields, columns_of_role(record, fields[0].name)))  # all checked before
        task = Predict(record.key, kept_model(record, self._place), (), explain, exact)
        found: list[dict[str, Any]] = []
        if not given:
            return found
        with closing(answered(task, fields, chunked(given), debug=self._place.debug)) as batches:
            for batch, sample in batches:
                view = PredictionView(record.key, record.data, fields, sample)
                found += [view.as_json(one.given, one.answer) for one in batch.answers]
        return found

    def evaluate(
        self,
        file: str | os.PathLike[str],
        *,
        columns: Mapping[str, str | Sequence[str]] | None = None,
        labels_as: Literal["names", "ids"] = "names",
        precision: Precision = "auto",
        output: str | os.PathLike[str] | None = None,
        force: bool = False,
    ) -> dict[str, Any]:
        """Evaluate the study's model on a file with true values, in a worker process.

        Args:
            file: Of any format that a data set may have.
            columns: Names of columns by their role, ``{"label": "stars"}``; else those that the study was made with.
            labels_as: Whether labels are names, or ids in the order of the model's: 0, 1, ...
            precision: Arithmetic of the answers.
            output: A Parquet file to make, with the prediction of each row.
            force: Whether an existing `output` may be replaced.

        Returns:
            What ``modelcat evaluate --json`` prints: ``"metrics"``, ``"intervals"``, ``"rows"`` and more.

        Raises:
            InputError: The study has no model yet, has no such role, or `output` exists or cannot be written.
            DataError: The file cannot be read, has no true values, or some that the model does not know.
            WorkError: The worker failed.
        """
        from runner.engine.messages import EvaluateFile
        from runner.study.file_evaluation import evaluate_file, evaluation_of_file
        from runner.study.folders import kept_model
        from runner.study.model_files import evaluation_file

        check_choice("precision", precision, get_args(Precision))
        check_choice("labels_as", labels_as, ("names", "ids"))
        record, path, target = self._record(), Path(file), None if output is None else Path(output)
        named = {role: (one,) if isinstance(one, str) else tuple(one) for role, one in (columns or {}).items()}
        with_truths = evaluation_file(record, path, named, None, labels_as)
        task = EvaluateFile(record.key, kept_model(record, self._place), with_truths, self._place.folder, precision)
        found = evaluate_file(task, target, force=force, debug=self._place.debug, forced_by=FORCED_BY)
        return evaluation_of_file(record, path, found, target)

    def report(self, path: str | os.PathLike[str], *, language: str = "en", force: bool = False) -> Path:
        """Write a page of all results, or a model card if `path` ends in ``.md``, and return its path.

        Args:
            path: The file.
            language: ``"en"`` or ``"de"``.
            force: Whether an existing file may be replaced.

        Raises:
            InputError: No trial is complete, the file exists or cannot be written, or the language is unknown.
            WorkError: The extra "report" is not installed.
        """
        from runner.destination import check_file
        from runner.report.rules import findings_of
        from runner.report.writing import write_report

        target = Path(path)
        check_file(target, force=force, forced_by=FORCED_BY)
        with self._store() as store:
            made = write_report(
                store,
                self._name,
                target,
                folder=self._place.folder,
                format="md" if target.suffix.lower() == ".md" else "html",
                language=language,
                force=force,
                diagnoses=findings_of(store, self._name, self._place.folder_of(self._name)),
            )
        return made.report

    def export(
        self,
        folder: str | os.PathLike[str],
        format: Literal["hf", "onnx"] = "hf",  # noqa: A002 -- as the command calls it
        *,
        quantize: bool = False,
        force: bool = False,
    ) -> dict[str, Any]:
        """Export the study's model for use elsewhere, checked on the study's own examples, in a worker process.

        Args:
            folder: Made completely or not at all.
            format: ``"hf"``, a folder for ``transformers.pipeline``, or ``"onnx"``, a graph for ONNX Runtime.
            quantize: 8-bit weights, only for ONNX.
            force: Whether an earlier export may be replaced; other files are never replaced.

        Returns:
            What ``modelcat export --json`` prints.

        Raises:
            InputError: The study has no model yet, the model has no such export, or the folder is not empty.
            WorkError: A library is missing, or the written model gives other answers.
        """
        from runner.engine.messages import ExportModel
        from runner.study.exporting import export_model, exported_answer, sample_inputs
        from runner.study.folders import kept_model

        check_choice("format", format, ("hf", "onnx"))
        if quantize and format != "onnx":
            raise InputError("quantize=True needs format='onnx'; a Hugging Face folder keeps its fp32 weights")
        record = self._record()
        inputs = sample_inputs(record, self._place.folder_of(self._name) / "examples")
        task = ExportModel(record.key, kept_model(record, self._place), Path(folder), format, quantize, inputs)
        exported = export_model(task, force=force, debug=self._place.debug, forced_by=FORCED_BY)
        return exported_answer(self._name, exported)

    def resume(
        self,
        *,
        workers: Workers | None = None,
        engine: str | None = None,
        address: str | None = None,
        takeover: bool = False,
        progress: bool = True,
    ) -> "Study":
        """Resume the study if it was interrupted, as ``modelcat resume`` does, and return it; see `run`."""
        from runner.python.running import run_request, run_workspace
        from runner.study.stored_study import stored_request

        workspace = run_workspace(self._place, workers, engine, address)
        request, mode = stored_request(workspace, self._name)
        return Study(run_request(request, workspace, mode, takeover=takeover, progress=progress).study, workspace)

    def __repr__(self) -> str:
        """Return name, state and result on one line; only the name if the study cannot be read."""
        from catalog.errors import ModelcatError
        from runner.presentation.metrics import metric_phrase, metric_value
        from runner.presentation.text import safe

        named = f"modelcat study {safe(self._name, 80)}"
        try:
            record = self._record()
        except ModelcatError as error:
            return f"<{named}: {safe(error.message, 200)}>"
        state, made = record.effective_state(datetime.now(UTC)), record.trials.complete
        best = record.best and f", {metric_phrase(record.tuned)} {metric_value(record.tuned, record.best.value)}"
        return f"<{named}: {state}, {made} of {record.planned} trials complete{safe(best or '')}>"

    def _repr_html_(self) -> str:
        """Return the study and its verdict for a notebook; all values from the database are escaped."""
        from catalog.errors import ModelcatError
        from runner.python.notebook import study_html

        try:
            return study_html(self._record())
        except ModelcatError:
            return f"<pre>{html.escape(repr(self))}</pre>"

    def _store(self) -> "Store":
        return open_store(self._place.storage)

    def _record(self) -> "StudyRecord":
        with self._store() as store:
            return store.study(self._name)

    def _snapshot(self, trial: int | None) -> "StudySnapshot":
        from runner.study.charts import read_snapshot

        with self._store() as store:
            if trial is not None:
                store.trial(self._name, trial)  # raises an error that names the range of trials
            return read_snapshot(store, self._name)
