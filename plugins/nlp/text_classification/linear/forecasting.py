"""A forecast of a fit: examines the data, and measures fits to growing parts of it."""

from dataclasses import replace

from catalog.contract import Forecast
from plugins.nlp.text_classification.data import TextData
from plugins.nlp.text_classification.forecasting import advice
from plugins.nlp.text_classification.forecasting.label_noise import suspect_labels
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.linear.fitting import fit
from plugins.nlp.text_classification.linear.folder import save_model
from plugins.nlp.tfidf.forecasting import forecast_fits

__all__ = ["forecast"]


def forecast(config: LinearConfig, prepared: TextData, *, threads: int, seconds: float) -> Forecast:
    """Examine the training texts, and fit to growing parts of them for about `seconds`; nothing is kept.

    Raises:
        DataError: `min_df` leaves no term, or `class_weights` does not fit the classes.
        OutOfMemoryError: The counts or the fit do not fit into memory.
    """
    train, summary = prepared.splits["train"], prepared.summary
    measured, found = forecast_fits(
        summary,
        prepared.splits,
        lambda part: fit(config, summary, part, threads=threads, seed=config.seed, tick=lambda _: None)[0],
        lambda model, texts: model.probabilities(texts),
        lambda folder, model: save_model(folder, model, config),
        seconds=seconds,
    )
    suspicion = suspect_labels(train.texts, train.labels, prepared.classes.labels, config.seed)
    return replace(
        measured,
        facts=(*measured.facts, *suspicion.facts()),
        figures=(*suspicion.figures(), *measured.figures),
        details={**measured.details, **suspicion.details()},
        advice=tuple(advice.on_data(summary, found.repeated, suspicion, weighted=config.class_weights is not None)),
    )
