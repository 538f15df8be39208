"""Libraries that only an ONNX export takes, and the noise they make."""

import io
import logging
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from importlib import import_module

from catalog.errors import WorkError
from plugins.nlp.text_classification.bert.quiet import quiet

__all__ = ["require", "silence"]

_NEEDED = ("onnx", "onnxscript", "onnxruntime.quantization")


def require() -> None:
    """Import what writes and runs ONNX files.

    The exporter makes progress bars, whose lock is a semaphore of the system unless another is given before; it would
    outlive a worker that is ended, and Python would complain on the user's terminal.

    Raises:
        WorkError: A library is missing, or does not load.
    """
    with silence():
        for name in _NEEDED:
            try:
                import_module(name)
            except ImportError as error:
                raise WorkError(
                    f"ONNX files take {name.partition('.')[0]}, which cannot be imported ({error}). "
                    "Install it: pip install 'modelcat[onnx]'"
                ) from error
    import_module("tqdm").tqdm.set_lock(threading.RLock())


@contextmanager
def silence() -> Iterator[None]:
    """Keep exporter, quantiser and transformers from printing, logging and warning inside the block.

    A first ``logging.warning`` of the quantiser would also give the whole process a log handler; it is taken back.
    """
    root = logging.getLogger()
    handlers, level = root.handlers[:], logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            quiet(),
            warnings.catch_warnings(),
            redirect_stdout(io.StringIO()),
            redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
        root.handlers[:] = handlers
