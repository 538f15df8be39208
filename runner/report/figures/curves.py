"""Training curves: a metric over epochs, on what was trained on and on validation."""

from collections.abc import Callable, Sequence
from typing import Any

from runner.presentation.labels import NOTHING
from runner.report.blocks import Figure, Row
from runner.report.figures.style import BLUE, ORANGE, axis, figure, plot
from runner.report.results import Results
from runner.report.telling import Teller
from runner.store.records import EpochRecord

__all__ = ["draw"]

Reader = Callable[[EpochRecord], float | None]


def draw(results: Results, teller: Teller) -> tuple[Figure, ...]:
    """Draw accuracy and loss of the chosen trial; what was not measured is left out."""
    training = f"trial/{results.number}"
    history = results.epochs.get(training, ())
    t = teller.t
    on_accuracy: tuple[Reader, Reader] = (
        lambda e: e.train_metrics.get("accuracy"),
        lambda e: e.metrics.get("accuracy"),
    )
    on_loss: tuple[Reader, Reader] = (lambda e: e.train_loss, lambda e: e.metrics.get("loss"))
    found = (
        _curve("accuracy", t("Accuracy over epochs"), training, history, teller, on_accuracy, "percent"),
        _curve("loss", t("Loss over epochs"), training, history, teller, on_loss, "score"),
    )
    return tuple(drawn for drawn in found if drawn is not None)


def _curve(
    name: str,
    title: str,
    training: str,
    history: Sequence[EpochRecord],
    teller: Teller,
    readers: tuple[Reader, Reader],
    kind: str,
) -> Figure | None:
    on_train, on_validation = readers
    t = teller.t
    if all(on_train(epoch) is None and on_validation(epoch) is None for epoch in history):
        return None
    style = ".1%" if kind == "percent" else ""
    traces = [
        _trace(teller.split("train"), history, on_train, ORANGE, "diamond", "dash", kind),
        _trace(teller.split("validation"), history, on_validation, BLUE, "circle", "solid", kind),
    ]
    values = [value for trace in traces for value in trace["y"]]
    margin = max(0.06 * (max(values) - min(values)), 0.02)
    drawn = plot(
        [trace for trace in traces if trace["x"]],
        teller,
        xaxis=axis(t("Epoch"), rangemode="tozero"),
        yaxis=axis(teller.metric(name), tickformat=style, range=[min(values) - margin, max(values) + margin]),
    )
    rows = []
    for epoch in history:
        place = f"epochs.{training}.{epoch.progress}"
        rows.append(
            Row(
                (
                    teller.told(f"{place}.{name}.epoch", epoch.epoch, "number"),
                    _cell(teller, f"{place}.{name}.train", on_train(epoch), kind),
                    _cell(teller, f"{place}.{name}.validation", on_validation(epoch), kind),
                )
            )
        )
    caption = (
        t("Train is measured while the weights change and with dropout, so it may lie below validation.")
        if kind == "percent"
        else t("Train is the mean since the last measurement; validation rising while train falls means over-fitting.")
    )
    columns = (t("Epoch"), teller.split("train"), teller.split("validation"))
    return figure(f"curve-{name}", title, caption, drawn, columns, rows, 300)


def _cell(teller: Teller, of: str, value: float | None, kind: str) -> Any:
    return NOTHING if value is None else teller.told(of, value, kind)


def _trace(
    name: str, history: Sequence[EpochRecord], read: Reader, colour: str, symbol: str, dash: str, kind: str
) -> dict[str, Any]:
    points = [(epoch.epoch, value) for epoch in history if (value := read(epoch)) is not None]
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [epoch for epoch, _ in points],
        "y": [value for _, value in points],
        "line": {"color": colour, "dash": dash, "width": 2},
        "marker": {"symbol": symbol, "size": 8, "color": colour},
        "hovertemplate": f"{name}: %{{y:{'.2%' if kind == 'percent' else '.4f'}}}<extra></extra>",
    }
