"""`PredictionService`: answers of trained models for the screens, from a separate process."""

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

#: Seconds after which a thread that waits for an answer checks again whether the app is closing.
_PATIENCE = 0.1


class PredictionService:
    """Asks the models of studies; one worker process stays alive between requests, with one model loaded.

    The first request for a study includes the time to load its model. The worker's output goes to a temporary
    file. The worker ends with `close`, or when this process ends in any way: its pipe then closes.

    Args:
        source: The source of the studies.

    Attributes:
        unexplained: Keys of models that cannot explain their answers; known after a model is loaded.
    """

    def __init__(self, source: StudySource) -> None:
        self.unexplained: set[str] = set()
        self._source = source
        self._engine: LocalEngine | None = None
        self._gate = threading.Lock()  # held by the one thread that uses the engine
        self._closing = False

    async def ask(self, record: StudyRecord, inputs: Sequence[Any], *, explain: bool = False) -> list[Prediction]:
        """Return one answer for each input, in order; without inputs the model is only loaded.

        Requests run one after the other. A request that is cancelled before its turn never runs.

        Args:
            record: The study whose model answers: the kept model, or the best so far.
            inputs: Inputs in the form of the study's task; lone surrogates in strings become U+FFFD.
            explain: Whether to explain the answers.

        Raises:
            ModelcatError: The study has no model, it cannot be opened, cannot explain, or its worker died; the next
                request gets a new worker.
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
        """End the worker, even in the middle of a request; later requests fail. Takes a moment; safe to call twice."""
        self._closing = True  # the thread that waits for an answer releases the engine
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
        """Find out whether a model can explain, by a request without inputs."""
        try:
            self._answered(replace(task, inputs=(), explain=True))
        except ModelcatError as error:
            if error.kind == InputError.kind:  # otherwise the model could not be opened, or lacks a library
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
        except ModelcatError:  # the app is closing, or one worker after the other dies
            self._end()
            raise
        return cast("list[Prediction]", result_of(event))

    def _started(self) -> "LocalEngine":
        if self._engine is None:
            from runner.engine.local import LocalEngine

            atexit.register(self.close)  # runs before multiprocessing waits for its children, in case the app crashes
            self._engine = LocalEngine(1).__enter__()
        return self._engine

    def _end(self) -> None:
        engine, self._engine = self._engine, None
        if engine is not None:
            engine.close()
            atexit.unregister(self.close)


def _well_formed(value: Any) -> Any:
    """Return an input whose strings can be encoded in any encoding."""
    if isinstance(value, Mapping):
        return {name: _well_formed(one) for name, one in value.items()}
    return well_formed(value) if isinstance(value, str) else value
