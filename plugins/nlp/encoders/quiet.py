"""Keeps the output of libraries away from stdout and stderr, which belong to the program that runs the plugin."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

__all__ = ["quiet", "silence"]


@contextmanager
def quiet() -> Iterator[None]:
    """Show no progress bars, log lines or warnings of `transformers` and `huggingface_hub` inside the block.

    Their messages are expected here (a new classifier has no trained weights) or become errors of modelcat.
    """
    from huggingface_hub.utils import logging as hub_logging
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars
    from transformers.utils import logging as transformers_logging

    model_logging: Any = transformers_logging  # it is partly untyped
    levels = (hub_logging.get_verbosity(), model_logging.get_verbosity())
    bars = (not are_progress_bars_disabled(), model_logging.is_progress_bar_enabled())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hub_logging.set_verbosity(logging.CRITICAL)
        model_logging.set_verbosity(logging.CRITICAL)
        disable_progress_bars()
        model_logging.disable_progress_bar()
        try:
            yield
        finally:
            hub_logging.set_verbosity(levels[0])
            model_logging.set_verbosity(levels[1])
            if bars[0]:
                enable_progress_bars()
            if bars[1]:
                model_logging.enable_progress_bar()


@contextmanager
def silence() -> Iterator[None]:
    """Keep exporter, quantiser and transformers from printing, logging and warning inside the block.

    A first ``logging.warning`` of the quantiser would also give the whole process a log handler; it is removed.
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
