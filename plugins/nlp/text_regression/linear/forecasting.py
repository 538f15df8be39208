"""A forecast of a fit: examines the data, and measures fits to growing parts of it."""

from dataclasses import replace

from catalog.contract import Forecast
from plugins.nlp.text_regression.linear.config import LinearConfig
from plugins.nlp.text_regression.linear.fitting import fit
from plugins.nlp.text_regression.linear.folder import save_model
from plugins.nlp.text_regression.records import TextData
from plugins.nlp.texts.advice import on_repeats
from plugins.nlp.tfidf.forecasting import forecast_fits

__all__ = ["forecast"]


def forecast(config: LinearConfig, prepared: TextData, *, threads: int, seconds: float) -> Forecast:
    """Examine the training texts, and fit to growing parts of them for about `seconds`; nothing is kept.

    Raises:
        DataError: `min_df` leaves no term.
        OutOfMemoryError: The counts or the fit do not fit into memory.
    """
    measured, found = forecast_fits(
        prepared.summary,
        prepared.splits,
        lambda part: fit(config, part, threads=threads, tick=lambda _: None)[0],
        lambda model, texts: model.values(texts),
        lambda folder, model: save_model(folder, model, config),
        seconds=seconds,
    )
    return replace(measured, advice=tuple(on_repeats(prepared.summary, found.repeated)))
