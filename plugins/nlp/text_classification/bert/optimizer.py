"""AdamW (Loshchilov and Hutter, 2019, arXiv 1711.05101) as it is used for fine-tuning."""

import torch
from torch import nn

from plugins.nlp.text_classification.bert.config import BertConfig

__all__ = ["build_optimizer", "set_rate"]


def build_optimizer(model: nn.Module, config: BertConfig) -> torch.optim.Optimizer:
    """Return AdamW with bias correction, which fine-tuning needs (Mosbach et al., 2021, arXiv 2006.04884, section 5).

    Matrices decay by `weight_decay`; biases and the scales of normalisations, which are vectors, do not. One fused
    kernel updates all parameters.
    """
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": config.weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(
        groups, lr=config.resolved_learning_rate, betas=(0.9, 0.999), eps=config.adam_epsilon, fused=True
    )


def set_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of the next step."""
    for group in optimizer.param_groups:
        group["lr"] = rate
