"""The token that stands for "no word" when a text is explained: the one at which the model is most undecided.

Sundararajan, Taly and Yan (2017, section 4) ask for a baseline whose score is near zero: where the baseline itself has
a class, texts of that class have nothing left to explain. Padding is near zero for a fine-tuned checkpoint (MiniLM on
reviews: log-odds 0.2, 0.6 for the mask), the mask for a model trained from nothing (0.7 on generated reviews, 2.2 for
padding). The choice is made once a model, so that all its explanations mean the same.
"""

import numpy as np
import torch

from plugins.nlp.text_classification.bert.classifier import Classifier
from plugins.nlp.text_classification.bert.encoding import TextEncoder
from plugins.nlp.text_classification.bert.explaining.modes import frozen

__all__ = ["choose_baseline"]

_LENGTHS = (8, 32, 128)
_MASKS = ("[MASK]", "<mask>")


def choose_baseline(classifier: Classifier, encoder: TextEncoder) -> int:
    """Return the id of the padding or of the mask token, padding where both do alike or there is no mask.

    Undecided is the one whose classes' probabilities have the larger entropy, on average over short and long texts of
    nothing else.
    """
    masks = [encoder.backend.token_to_id(name) for name in _MASKS]
    candidates = [encoder.pad_id, *(mask for mask in masks if mask is not None)]
    room, entropies = sum(encoder.kept), np.zeros(len(candidates))
    with frozen(classifier.model), torch.inference_mode():
        embed = classifier.model.get_input_embeddings()
        for length in sorted({min(length, room) for length in _LENGTHS}):
            rows = [np.concatenate([encoder.prefix, np.full(length, one), encoder.suffix]) for one in candidates]
            ids = torch.from_numpy(np.stack(rows).astype(np.int64)).to(classifier.device)
            chances = classifier.model(inputs_embeds=embed(ids)).logits.double().softmax(dim=-1)
            entropies += torch.special.entr(chances).sum(dim=-1).cpu().numpy()
    return int(candidates[int(entropies.argmax())])
