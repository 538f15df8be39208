"""A single training, as a study of one trial."""

from dataclasses import replace

from catalog.spec import Request
from catalog.study import Confirm, Study

__all__ = ["as_training"]


def as_training(request: Request, name: str | None = None) -> Request:
    """Return the request of one training as given: a study of one trial, nothing tuned, nothing confirmed.

    `name` is its name in the store; made from model, data and spec if left out.
    """
    study = Study(
        trials=1,
        pruner="none",
        seed=request.spec.study.seed,
        confirm=Confirm(top=0, seeds=1),
        max_retries=request.spec.study.max_retries,
    )
    metric = next(iter(request.plugin.metrics))
    return replace(
        request,
        # Not checked again: it may be one that was given before such names were refused.
        spec=request.spec.model_copy(update={"study": study.model_copy(update={"name": name})}),
        metric=metric,
        direction=request.plugin.metrics[metric],
        space={},
    )
