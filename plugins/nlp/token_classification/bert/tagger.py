"""A trained model that tags sentences and predicts any number of inputs."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from catalog.contract import Prediction
from catalog.errors import ModelSourceError
from plugins.nlp.encoders.memory import oom_as_error
from plugins.nlp.encoders.model_folder import SavedModel, load_trained
from plugins.nlp.encoders.sources.files import read_json
from plugins.nlp.encoders.text_encoder import CHUNK
from plugins.nlp.token_classification.answers import as_words, prediction_of
from plugins.nlp.token_classification.bert.config import KEY
from plugins.nlp.token_classification.bert.objective import probabilities
from plugins.nlp.token_classification.bert.preparation import HEAD
from plugins.nlp.token_classification.bert.windows import Windows, encode_words
from plugins.nlp.token_classification.schemes import SCHEMES, TagSet, has_prefix
from plugins.nlp.token_classification.sentences import offsets_of
from plugins.storage import MODEL_RECORD

__all__ = ["Tagger", "load"]


@dataclass(frozen=True, slots=True, eq=False)
class Tagger:
    """A `catalog.contract.Predictor`.

    Attributes:
        trained: The model.
        known: Its tags.
        stride: Tokens that two windows of a long sentence share.
    """

    trained: SavedModel
    known: TagSet
    stride: int

    def windows(self, sentences: Sequence[Sequence[str]]) -> Windows:
        """Return the windows of sentences, each of at least one word."""
        return encode_words(sentences, self.trained.encoder, self.stride)

    def probabilities(self, windows: Windows) -> np.ndarray:
        """Return the probabilities of the tags of all words, float32, shape (words, tags).

        Raises:
            OutOfMemoryError: Not even a single window fits into memory.
        """
        with oom_as_error(self.trained.model.device, self.trained.encoder.max_length):
            return probabilities(self.trained.model, windows)

    def predict(self, inputs: Iterable[Any]) -> Iterator[Prediction]:
        """Yield one prediction for each input, a text or a list of words, reading at most 1,024 inputs ahead."""
        stream = iter(inputs)
        while chunk := list(itertools.islice(stream, CHUNK)):
            yield from self._predict(chunk)

    def _predict(self, chunk: Sequence[Any]) -> Iterator[Prediction]:
        found = [as_words(given) for given in chunk]
        sentences = [[text[word.start : word.end] for word in words] for text, words in found]
        offsets = offsets_of(sentences)
        shares = np.zeros((0, len(self.known.names)), dtype=np.float32)
        if filled := [words for words in sentences if words]:
            shares = self.probabilities(self.windows(filled))
        tags = self.known.repaired(shares.argmax(axis=1), offsets)
        sure = shares[np.arange(tags.size), tags]
        for (text, words), start, end in zip(found, offsets.tolist(), offsets[1:].tolist(), strict=False):
            yield prediction_of(text, words, tags[start:end], sure[start:end], self.known)


def load(model_dir: Path, device: str, threads: int, precision: str = "fp32") -> Tagger:
    """Open a folder that a training of this plugin made; see `plugins.nlp.encoders.model_folder.load_trained`.

    Raises:
        InputError: There is no such device, or it has no arithmetic of that precision.
        ModelSourceError: The folder does not hold such a model, or a damaged one.
    """
    trained = load_trained(model_dir, KEY, HEAD, device, threads, precision)
    record = read_json(model_dir / MODEL_RECORD)
    scheme, stride = record.get("scheme"), record.get("stride")
    known = scheme in SCHEMES and all(has_prefix(name, str(scheme)) for name in trained.labels)
    if not (known or scheme == "plain") or not isinstance(stride, int) or stride < 0:
        raise ModelSourceError(f"{model_dir / MODEL_RECORD} is damaged: its scheme is {scheme!r}. Train it again.")
    return Tagger(trained, TagSet(str(scheme), trained.labels), stride)
