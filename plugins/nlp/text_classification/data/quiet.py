"""Keeping the hub's libraries off stderr: what matters comes as a note or an error."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["quiet"]


@contextmanager
def quiet() -> Iterator[None]:
    """Show no progress bars, log lines or warnings of `datasets` and `huggingface_hub` inside the block."""
    import datasets
    from huggingface_hub.utils import logging as hub_logging
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    loggers = (datasets.utils.logging, hub_logging)
    verbosity = [logger.get_verbosity() for logger in loggers]
    bars = (datasets.utils.are_progress_bars_disabled(), are_progress_bars_disabled())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.set_verbosity(logging.CRITICAL)
        datasets.utils.disable_progress_bars()
        disable_progress_bars()
        try:
            yield
        finally:
            for logger, level in zip(loggers, verbosity, strict=True):
                logger.set_verbosity(level)
            if not bars[0]:
                datasets.utils.enable_progress_bars()
            if not bars[1]:
                enable_progress_bars()
