"""A model folder, opened on a device."""

from dataclasses import dataclass
from pathlib import Path

from catalog.errors import ModelSourceError
from plugins.nlp.text_classification.bert import device as devices
from plugins.nlp.text_classification.bert.classifier import Classifier
from plugins.nlp.text_classification.bert.encoding import TextEncoder, text_encoder
from plugins.nlp.text_classification.bert.inference import choose_inference
from plugins.nlp.text_classification.bert.model import build
from plugins.nlp.text_classification.bert.saving import Reading, read_reading
from plugins.nlp.text_classification.bert.source import ModelSource, open_checkpoint

__all__ = ["Trained", "load_trained"]


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """What answers.

    Attributes:
        classifier: Dropout off. In fp32 ``transformers.pipeline`` gives the same scores.
        encoder: Texts to ids, as the model was taught to read.
        labels: Class names in the order of their ids.
        reading: Length, truncation and number format of the training.
    """

    classifier: Classifier
    encoder: TextEncoder
    labels: tuple[str, ...]
    reading: Reading


def load_trained(folder: Path, device: str, threads: int, precision: str = "fp32") -> Trained:
    """Open a folder that a training made.

    Args:
        folder: Of the model.
        device: As in `TrialContext`.
        threads: CPU threads.
        precision: What it answers in, see `choose_inference`.

    Raises:
        InputError: There is no such device, or it has no arithmetic of that precision.
        ModelSourceError: The folder does not hold such a model, or a damaged one.
    """
    place = devices.resolve(device)
    devices.use_threads(threads)
    reading = read_reading(folder)
    config, weights, tokenizer = open_checkpoint(folder)
    source = ModelSource(config, weights, tokenizer)
    if reading.max_length > source.max_positions:
        raise ModelSourceError(
            f"{folder}: modelcat.json says {reading.max_length} tokens, the model sees {source.max_positions} at most."
        )
    if set(config.id2label) != set(range(config.num_labels)):
        numbers = ", ".join(map(str, config.id2label))[:200]
        raise ModelSourceError(
            f"{folder}: config.json numbers its classes {numbers} (id2label); needed are 0 to {config.num_labels - 1}."
        )
    labels = tuple(str(config.id2label[index]) for index in range(config.num_labels))
    model = build(source, 0.0, seed=0).to(place).eval()
    encoder = text_encoder(tokenizer, reading.max_length, reading.truncation)
    answering = choose_inference(precision, reading.precision, place, config.hidden_size)
    classifier = Classifier(model, place, answering)
    return Trained(classifier, encoder, labels, reading)
