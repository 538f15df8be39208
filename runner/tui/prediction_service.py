"""`PredictionService`: a trained model that answers while one browses, in a process of its own."""

import asyncio
import atexit
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from catalog.contract import Prediction
from catalog.errors import InputError, LostWorkerError, ModelcatError, WorkError
from runner.presentation.text import well_formed
from runner.store.records import StudyRecord
from runner.tui.study_source import StudySource, in_thread

if TYPE_CHECKING:
    from runner.engine.local import LocalEngine
    from runner.engine.messages import Predict

__all__ = ["PredictionService"]

#: Seconds between two times that a thread which waits for an answer looks whether the app is being left.
_PATIENCE = 0.1


class PredictionService:
    """Asks the models of studies; one worker process is kept between questions, and a model open in it.

    The first question about a study takes as long as its model takes to load. What the worker prints goes to a file
    that is thrown away. The worker ends with `close`, or when this process ends in whatever way: its pipe closes then.

    Args:
        source: Where the studies are.

    Attributes:
        unexplained: Keys of models that turned out not to say why they answer as they do: known once one is loaded.
    """

    def __init__(self, source: StudySource) -> None:
        self.unexplained: set[str] = set()
        self._source = source
        self._engine: LocalEngine | None = None
        self._gate = threading.Lock()  # held by the one thread that talks to the engine
        self._closing = False

    async def ask(self, record: StudyRecord, inputs: Sequence[Any], *, explain: bool = False) -> list[Prediction]:
        """Return one answer an input, in order; no inputs at all only load the model.

        Questions are answered one after the other. One that is cancelled before its turn is never put.

        Args:
            record: The study whose model is asked: the kept one, or the best so far.
            inputs: As the study's task takes them; in strings, halves of surrogate pairs count as U+FFFD.
            explain: Whether to say why.

        Raises:
            ModelcatError: The study has no model, it cannot be opened, cannot explain, or its worker died; the next
                question gets a new worker.
        """
        wanted = True

        def put() -> list[Prediction]:
            return self._put(record, tuple(inputs), explain, lambda: wanted)

        try:
            return await in_thread(put)
        except asyncio.CancelledError:
            wanted = False
            raise

    def close(self) -> None:
        """End the worker, whatever it is doing, and answer nothing more. Takes a moment; safe to call twice."""
        self._closing = True  # whoever waits for an answer lets go of the engine
        with self._gate:
            self._end()

    def _put(
        self, record: StudyRecord, inputs: tuple[Any, ...], explain: bool, wanted: Callable[[], bool]
    ) -> list[Prediction]:
        from runner.engine.messages import Predict
        from runner.study.folders import kept_model

        folder = kept_model(record, self._source.workspace)
        task = Predict(record.key, folder.absolute(), tuple(map(_well_formed, inputs)), explain)
        with self._gate:
            if self._closing or not wanted():
                raise WorkError("the question was taken back")
            try:
                predictions = self._answered(task)
            except InputError:
                if explain:
                    self._learn(task)
                raise
            if not inputs:
                self._learn(task)
            return predictions

    def _learn(self, task: "Predict") -> None:
        """Find out whether a model explains, by a question about nothing."""
        try:
            self._answered(replace(task, inputs=(), explain=True))
        except ModelcatError as error:
            if error.kind == InputError.kind:  # else the model could not be opened, or lacks a library for it
                self.unexplained.add(task.key)

    def _answered(self, task: "Predict") -> list[Prediction]:
        from runner.engine.single_tasks import result_of, run_alone

        def check() -> None:
            if self._closing:
                raise WorkError("the app is being left")

        try:
            event = run_alone(self._started(), task, _PATIENCE, check)
        except OSError as error:
            self._end()
            raise LostWorkerError(f"a process for the model cannot be started: {error.strerror or error}") from error
        except ModelcatError:  # the app is being left, or one worker after the other dies
            self._end()
            raise
        return cast("list[Prediction]", result_of(event))

    def _started(self) -> "LocalEngine":
        if self._engine is None:
            from runner.engine.local import LocalEngine

            atexit.register(self.close)  # before multiprocessing waits for its children, were the app to crash
            self._engine = LocalEngine(1).__enter__()
        return self._engine

    def _end(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()
            atexit.unregister(self.close)


def _well_formed(value: Any) -> Any:
    """Return an input with strings that every encoding can hold."""
    if isinstance(value, Mapping):
        return {name: _well_formed(one) for name, one in value.items()}
    return well_formed(value) if isinstance(value, str) else value
