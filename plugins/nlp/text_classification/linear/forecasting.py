"""What a fit will be like: the data looked at, fits to growing parts of it measured."""

from catalog.contract import Forecast
from plugins import memory
from plugins.nlp.text_classification.data import TextData
from plugins.nlp.text_classification.forecasting import advice
from plugins.nlp.text_classification.forecasting.label_noise import suspect_labels
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.linear.fitting import fit
from plugins.nlp.text_classification.linear.folder import save_model
from plugins.nlp.texts.findings import find_in_texts
from plugins.nlp.tfidf.forecasting import measure_fits
from plugins.nlp.tfidf.tokens import choose_tokens

__all__ = ["forecast"]


def forecast(config: LinearConfig, prepared: TextData, *, threads: int, seconds: float) -> Forecast:
    """Look at the training texts, and fit to growing parts of them for about `seconds`; nothing is kept.

    Raises:
        DataError: `min_df` leaves no term, or `class_weights` does not fit the classes.
        OutOfMemoryError: The counts or the fit do not fit into memory.
    """
    train, summary = prepared.splits["train"], prepared.summary
    measured = measure_fits(
        train,
        prepared.splits["validation"],
        lambda part: fit(config, summary, part, threads=threads, seed=config.seed, tick=lambda _: None)[0],
        lambda model, texts: model.probabilities(texts),
        lambda folder, model: save_model(folder, model, config),
        seconds=seconds,
    )
    tokens, note = measured.model.tokens, choose_tokens(tuple(train.texts)).note
    suspicion = suspect_labels(train.texts, train.labels, prepared.classes.labels, config.seed)
    found = find_in_texts(train.texts, tokens.lengths(train.texts), tokens.unit)
    return Forecast(
        summary_notes=(*summary.notes, *([note] if note else [])),
        probe_seconds=measured.seconds,
        seconds_per_epoch=measured.fit_seconds,
        evaluation_seconds=measured.evaluation_seconds,
        peak_memory_bytes=memory.peak_bytes(),
        model_bytes=measured.model_bytes,
        facts=(*found.facts(), *suspicion.facts()),
        figures=(*suspicion.figures(), *found.figures()),
        details={**found.details(summary), **suspicion.details()},
        advice=tuple(advice.on_data(summary, found.repeated, suspicion, weighted=config.class_weights is not None)),
    )
