"""Why an encoder gives its answer: integrated gradients and attention rollout, by the words of the text."""

from dataclasses import dataclass

import numpy as np
import torch

from plugins.nlp.encoders.alignment import align, find_words
from plugins.nlp.encoders.gradients import Score, attribute, frozen
from plugins.nlp.encoders.memory import oom_as_error
from plugins.nlp.encoders.model_folder import SavedModel
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.sources.source import eager_attention
from plugins.nlp.encoders.text_encoder import TextEncoder
from plugins.nlp.texts.records import WordWeight

__all__ = ["ExplainedWords", "choose_baseline", "explain_words", "rollout"]

_LENGTHS = (8, 32, 128)
_MASKS = ("[MASK]", "<mask>")


@dataclass(frozen=True, slots=True)
class ExplainedWords:
    """The words of a text with what each added to a score.

    Attributes:
        words: In the order of the text.
        error: Completeness error of their weights; None if there is nothing to explain.
        truncated: Whether the model saw a part of the text only.
    """

    words: tuple[WordWeight, ...]
    error: float | None
    truncated: bool


def explain_words(trained: SavedModel, text: str, score: Score, baseline: int, least: float) -> ExplainedWords:
    """Explain a score by the words of a text; a word's weight is the sum of its tokens'.

    Args:
        trained: The model; it is not changed.
        text: Any string.
        score: Computes what is explained from the outputs of some rows.
        baseline: Id of the token that stands for no word, see `choose_baseline`.
        least: A smaller difference of the score is not worth explaining.

    Raises:
        OutOfMemoryError: It does not fit into memory.
        WorkError: captum is not installed.
    """
    model, encoder = trained.model, trained.encoder
    encoded = align(text, encoder)
    with oom_as_error(model.device, encoder.max_length):
        attribution = attribute(model, encoded, score, baseline, least)
        attention = rollout(model, encoded.ids)
    weights, attention = attribution.weights[encoded.own], attention[encoded.own]

    def total(values: np.ndarray, pieces: tuple[int, ...]) -> float:
        return float(values[list(pieces)].sum())

    words = tuple(
        WordWeight(
            word=text[word.start : word.end],
            start=word.start,
            end=word.end,
            weight=total(weights, word.pieces),
            attention=total(attention, word.pieces),
        )
        for word in find_words(text, encoded)
    )
    return ExplainedWords(words, attribution.error, encoded.truncated)


def choose_baseline(model: PackedModel, encoder: TextEncoder, undecided: Score) -> int:
    """Return the id of the token that stands for no word: padding or mask, at which the model is more undecided.

    That is the one with the larger mean of `undecided` over short and long texts that consist of it alone; padding if
    both are equal or there is no mask. One choice serves all explanations of a model, so that they are comparable.

    Sundararajan, Taly and Yan (2017, section 4) ask for a baseline whose score is near zero: if the baseline itself has
    an answer, texts with that answer have nothing left to explain. Padding is near zero for a fine-tuned checkpoint
    (MiniLM on reviews: log-odds 0.2, 0.6 for the mask), the mask for a model trained from nothing (0.7 on generated
    reviews, 2.2 for padding).

    Args:
        model: In fp32; it is not changed.
        encoder: Of the model.
        undecided: Computes how undecided each of some rows is from their outputs.
    """
    masks = [encoder.backend.token_to_id(name) for name in _MASKS]
    candidates = [encoder.pad_id, *(mask for mask in masks if mask is not None)]
    room, sums = sum(encoder.kept), np.zeros(len(candidates))
    with frozen(model.module), torch.inference_mode():
        embed = model.module.get_input_embeddings()
        for length in sorted({min(length, room) for length in _LENGTHS}):
            rows = [np.concatenate([encoder.prefix, np.full(length, one), encoder.suffix]) for one in candidates]
            ids = torch.from_numpy(np.stack(rows).astype(np.int64)).to(model.device)
            sums += undecided(model.module(inputs_embeds=embed(ids)).logits).cpu().numpy()
    return int(candidates[int(sums.argmax())])


def rollout(model: PackedModel, ids: np.ndarray) -> np.ndarray:
    """Return the share of the first token's attention that reached each token through all layers.

    This is attention rollout (Abnar and Zuidema, 2020, arXiv 2005.00928, section 3): heads are averaged, and half of
    what a layer passes on counts as its residual connection. All shares, special tokens' included, add up to 1.

    Args:
        model: A BERT, whose answer is computed from the first token; in fp32; it is not changed.
        ids: One text, int64, shape (tokens,).

    Returns:
        float64, shape (tokens,).
    """
    module = model.module
    with frozen(module), eager_attention(module), torch.inference_mode():
        inputs = torch.from_numpy(ids)[None].to(model.device)
        layers = module(input_ids=inputs, output_attentions=True).attentions
        reached = torch.zeros(ids.size, dtype=torch.float64, device=model.device)
        reached[0] = 1
        for attention_1HTT in reversed(layers):
            passed = reached @ attention_1HTT[0].double().mean(dim=0)
            reached = (passed + reached) / 2
    shares: np.ndarray = reached.cpu().numpy()
    return shares
