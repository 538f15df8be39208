"""Attention rollout (Abnar and Zuidema, 2020, arXiv 2005.00928, section 3)."""

import numpy as np
import torch

from plugins.nlp.text_classification.bert.classifier import Classifier
from plugins.nlp.text_classification.bert.explaining.modes import eager_attention, frozen

__all__ = ["rollout"]


def rollout(classifier: Classifier, ids: np.ndarray) -> np.ndarray:
    """Return the share of the first token's attention that reached each token through all layers.

    Heads are averaged, and half of what a layer passes on counts as its residual connection, as in the paper. All
    shares, special tokens' included, add up to 1.

    Args:
        classifier: A BERT, whose answer is read off the first token; in fp32, left as it was.
        ids: One text, int64, shape (tokens,).

    Returns:
        float64, shape (tokens,).
    """
    model = classifier.model
    with frozen(model), eager_attention(model), torch.inference_mode():
        inputs = torch.from_numpy(ids)[None].to(classifier.device)
        layers = model(input_ids=inputs, output_attentions=True).attentions
        reached = torch.zeros(ids.size, dtype=torch.float64, device=classifier.device)
        reached[0] = 1
        for attention_1HTT in reversed(layers):
            passed = reached @ attention_1HTT[0].double().mean(dim=0)
            reached = (passed + reached) / 2
    shares: np.ndarray = reached.cpu().numpy()
    return shares
