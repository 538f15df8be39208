"""The training loop: what it learns, measures, keeps, and how it ends."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from catalog.contract import Decision, Direction, Outcome
from catalog.errors import DataError, DivergedError, InputError, OutOfMemoryError
from plugins.classification.evaluation import predictions
from plugins.nlp.encoders import device, memory, precision, progress
from plugins.nlp.encoders.device import repeatable
from plugins.nlp.encoders.memory import Budget
from plugins.nlp.encoders.objective import Evaluated
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.precision import Precision, choose
from plugins.nlp.encoders.scoring import outputs_of
from plugins.nlp.encoders.sources.source import build
from plugins.nlp.encoders.stepper import Stepper, build_optimizer
from plugins.nlp.text_classification.bert.objective import ClassObjective, log_probabilities
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.bert.training import train

Make = Callable[..., Any]
CPU = torch.device("cpu")


def model_of(prepared: PreparedBert, seed: int = 0) -> PackedModel:
    return PackedModel(build(prepared.source, 0.0, seed), CPU, Precision("fp32", "cpu"))


def objective_of(prepared: PreparedBert, weights: tuple[float, float] = (1, 1)) -> ClassObjective:
    labels = prepared.data.splits["train"].labels
    return ClassObjective(prepared.tokens["train"], labels, np.array(weights, dtype=np.float32), CPU)


def test_scratch_model_learns_a_word(prepared: PreparedBert, tiny: Make, make_context: Make):
    """A tiny model from scratch finds the word that distinguishes the classes, in seconds."""
    context, heard = make_context()
    result = train(tiny(epochs=6), prepared, context)
    assert result.outcome is Outcome.COMPLETE
    assert result.metrics["accuracy"] >= 0.95
    assert heard.reports[0].train_loss > heard.reports[-1].train_loss
    assert heard.ticks == [step / 60 for step in range(1, 61)]
    assert [m.epoch for m in result.history] == [1, 2, 3, 4, 5, 6]
    assert {"loss", "accuracy", "f1", "macro_f1", "log_loss"} <= set(result.metrics)
    assert result.seconds == heard.reports[-1].seconds > 0
    assert result.examples_per_second == pytest.approx(160 * 6 / result.seconds)
    assert result.tokens_per_second == pytest.approx(prepared.tokens["train"].ids.size * 6 / result.seconds)
    assert result.notes == ()


def test_kept_predictions_are_those_of_the_best_epoch(prepared: PreparedBert, tiny: Make, make_context: Make):
    """The best epoch by the metric is kept, of equals the one with the lower loss, with its predictions."""
    context, _ = make_context(metric="log_loss", direction=Direction.MINIMIZE)
    result = train(tiny(), prepared, context)
    best = min(result.history, key=lambda m: (m.metrics["log_loss"], m.metrics["loss"]))
    assert (result.best_epoch, result.metrics) == (best.epoch, best.metrics)
    kept = predictions.read(result.predictions)
    assert (kept.probabilities.argmax(axis=1) == kept.labels).mean() == pytest.approx(best.metrics["accuracy"])


def fixed_losses(monkeypatch: pytest.MonkeyPatch, losses: list[float], accuracies: list[float]) -> None:
    """Let the validations of a training measure these."""
    values, evaluate = zip(losses, accuracies, strict=True), ClassObjective.evaluate

    def evaluated(self: ClassObjective, outputs: torch.Tensor) -> Evaluated:
        loss, accuracy = next(values)
        return Evaluated(evaluate(self, outputs).predictions, {"loss": loss, "accuracy": accuracy})

    monkeypatch.setattr(ClassObjective, "evaluate", evaluated)


def test_ties_go_to_the_lower_loss(
    prepared: PreparedBert, tiny: Make, make_context: Make, monkeypatch: pytest.MonkeyPatch
):
    """Of epochs with the same accuracy the one with the lowest loss is kept."""
    fixed_losses(monkeypatch, [0.5, 0.3, 0.4, 0.6], [0.8, 0.9, 0.9, 0.9])
    context, _ = make_context()
    assert train(tiny(), prepared, context).best_epoch == 2


@pytest.mark.parametrize(("early_stopping", "epochs"), [(True, 3), (2, 4), (3, 6), (None, 6)])
def test_early_stopping_waits_for_its_patience(
    early_stopping: Any,
    epochs: int,
    prepared: PreparedBert,
    tiny: Make,
    make_context: Make,
    monkeypatch: pytest.MonkeyPatch,
):
    """Training ends once the validation loss has not fallen for the given number of epochs, and a note says so."""
    fixed_losses(monkeypatch, [0.5, 0.4, 0.45, 0.41, 0.39, 0.6], [0.5] * 6)
    context, _ = make_context()
    result = train(tiny(epochs=6, early_stopping=early_stopping), prepared, context)
    assert len(result.history) == epochs
    assert result.outcome is Outcome.COMPLETE
    assert any("Ended early" in note for note in result.notes) == (epochs < 6)


def test_same_seed_gives_the_same_model(prepared: PreparedBert, tiny: Make, make_context: Make):
    """On one thread a seed gives the same metrics, measured at quarters or not; another seed gives others."""
    found = []
    for seed, quarters in ((0, False), (0, True), (1, False)):
        context, _ = make_context(seed=seed, quarters=quarters)
        found.append(train(tiny(epochs=1), prepared, context).metrics)
    assert found[0] == found[1] != found[2]


def test_quarters_are_measured_once(prepared: PreparedBert, tiny: Make, make_context: Make):
    """Quarters of the schedule are measured besides epoch ends, coinciding ones once, and stay out of the history."""
    context, heard = make_context(quarters=True)
    result = train(tiny(epochs=2), prepared, context)
    assert [m.progress for m in heard.reports] == [0.25, 0.5, 0.75, 1.0]
    assert [m.epoch for m in heard.reports] == [0.5, 1.0, 1.5, 2.0]
    assert list(result.history) == [heard.reports[1], heard.reports[3]]
    context, heard = make_context(quarters=True)
    train(tiny(epochs=3), prepared, context)
    assert [round(m.progress * 30) for m in heard.reports] == [8, 10, 15, 20, 22, 30]


def test_pruned_training_leaves_no_model(prepared: PreparedBert, tiny: Make, make_context: Make):
    """A training that is pruned at a quarter ends there with what it measured and without files."""
    context, heard = make_context(lambda _: Decision.PRUNE, quarters=True)
    result = train(tiny(), prepared, context)
    assert result.outcome is Outcome.PRUNED
    assert (result.model_dir, result.predictions) == (None, None)
    assert len(heard.reports) == 1
    assert result.metrics == heard.reports[0].metrics
    assert list(context.folder.iterdir()) == []


@pytest.mark.parametrize(("quarters", "epoch"), [(True, 0.5), (False, 1.0)])
def test_stopped_training_keeps_what_there_is(
    quarters: bool, epoch: float, prepared: PreparedBert, tiny: Make, make_context: Make
):
    """A training that is stopped, even within the first epoch, keeps its model."""
    context, heard = make_context(lambda _: Decision.STOP, quarters=quarters)
    result = train(tiny(epochs=2), prepared, context)
    assert result.outcome is Outcome.STOPPED
    assert result.best_epoch == epoch == heard.reports[-1].epoch
    assert (result.model_dir / "model.safetensors").is_file()
    assert result.predictions.is_file()


def test_time_limit_stops_and_keeps(prepared: PreparedBert, tiny: Make, make_context: Make):
    """Once its time is over, training measures once, keeps that and ends as stopped."""
    context, heard = make_context(time_limit=0.0)
    result = train(tiny(), prepared, context)
    assert result.outcome is Outcome.STOPPED
    assert [m.progress for m in heard.reports] == [1 / 40]
    assert result.model_dir is not None
    assert result.history == ()


def test_gradients_do_not_depend_on_the_cut(prepared: PreparedBert, tiny: Make):
    """Four accumulated batches of different lengths and micro-batches of any size give one large batch's gradients."""
    rows = np.argsort(prepared.tokens["train"].lengths, kind="stable")[:63]
    found = []
    for batch_size, accumulation, budget in ((64, 1, 10**6), (16, 4, 10**6), (64, 1, 40), (64, 1, 1)):
        model = model_of(prepared)
        model.module.eval()  # without dropout, whose masks do depend on the cut
        config = tiny(batch_size=batch_size, gradient_accumulation=accumulation)
        stepper = Stepper(model, objective_of(prepared, (1, 3)), config)
        stepper.budget.tokens = budget
        loss = stepper._try_gradients(rows)
        found.append((float(loss[0]), {n: p.grad.clone() for n, p in model.module.named_parameters()}))
    for loss, gradients in found[1:]:
        assert loss == pytest.approx(found[0][0], rel=1e-5)
        assert all(torch.allclose(gradients[n], g, atol=1e-6) for n, g in found[0][1].items())


def test_class_weights_have_an_exact_mean(prepared: PreparedBert, tiny: Make):
    """The loss of a step is the weighted mean over all its examples, as if it were one batch."""
    rows = np.argsort(prepared.tokens["train"].lengths, kind="stable")[:50]
    model, objective = model_of(prepared), objective_of(prepared, (1, 4))
    model.module.eval()
    stepper = Stepper(model, objective, tiny(batch_size=8, gradient_accumulation=8))
    stepper.step(rows, 0.0)
    with torch.no_grad():
        logits = model.outputs(objective.tokens, rows)
    expected = functional.cross_entropy(logits, torch.from_numpy(objective.labels[rows]), torch.tensor([1.0, 4.0]))
    assert stepper.loss_so_far() == pytest.approx(float(expected), rel=1e-5)
    everywhere = functional.cross_entropy(
        torch.from_numpy(log_probabilities(model, objective.tokens)),
        torch.tensor(objective.labels),
        torch.tensor([1.0, 4.0]).double(),
    )
    assert objective.evaluate(outputs_of(model, objective.tokens)).metrics["loss"] == pytest.approx(
        float(everywhere), rel=1e-6
    )


def test_biases_and_norms_do_not_decay(prepared: PreparedBert, tiny: Make):
    """Only weight matrices decay; every parameter is in exactly one group."""
    model = build(prepared.source, 0.0, 0)
    optimizer = build_optimizer(model, tiny(weight_decay=0.1, adam_epsilon=1e-6))
    decays = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    for name, parameter in model.named_parameters():
        assert decays.pop(id(parameter)) == (0.0 if name.endswith("bias") or "LayerNorm" in name else 0.1), name
    assert not decays
    assert optimizer.param_groups[0]["eps"] == 1e-6


@pytest.mark.parametrize(("norm", "clipped"), [(1e-3, True), (0.0, False), (None, False)])
def test_gradients_are_clipped_as_told(norm: float | None, clipped: bool, prepared: PreparedBert, tiny: Make):
    """A gradient norm above the limit is scaled down to it; 0 and null leave gradients alone."""
    model = model_of(prepared)
    stepper = Stepper(model, objective_of(prepared), tiny(max_grad_norm=norm))
    norms: list[float] = []

    def note(*_: Any) -> None:
        gradients = [p.grad for p in model.module.parameters()]
        norms.append(float(torch.linalg.vector_norm(torch.stack([g.norm() for g in gradients]))))

    stepper._optimizer.register_step_pre_hook(note)
    stepper.step(np.arange(16), 1e-3)
    assert (norms[0] <= 1.001e-3) == clipped


def poison(model: torch.nn.Module) -> None:
    with torch.no_grad():
        next(model.parameters()).fill_(torch.nan)


def test_loss_that_is_not_finite_ends_the_training(
    prepared: PreparedBert, tiny: Make, make_context: Make, monkeypatch: pytest.MonkeyPatch
):
    """A NaN loss ends as diverged, with step and learning rate, at the next look and not at the end of the epoch."""
    taken = Stepper.step

    def poisoned(self: Stepper, rows: np.ndarray, rate: float) -> None:
        if self.examples == 3 * 4:
            poison(self._model.module)
        taken(self, rows, rate)

    monkeypatch.setattr(Stepper, "step", poisoned)
    monkeypatch.setattr(progress, "_CHECK_STEPS", 5)
    context, heard = make_context()
    with pytest.raises(DivergedError, match=r"training loss is nan at step 5 of 40, .* rate is 0.00") as caught:
        train(tiny(batch_size=4, epochs=1), prepared, context)
    assert caught.value.field == "model_config.learning_rate"
    assert heard.reports == []


def test_validation_that_is_not_finite_is_diverged_too(
    prepared: PreparedBert, tiny: Make, make_context: Make, monkeypatch: pytest.MonkeyPatch
):
    """Weights that turn NaN in the last step of an epoch are found by its validation."""
    taken = Stepper.step

    def poisoned(self: Stepper, rows: np.ndarray, rate: float) -> None:
        taken(self, rows, rate)
        if self.examples == 160:
            poison(self._model.module)

    monkeypatch.setattr(Stepper, "step", poisoned)
    context, _ = make_context()
    with pytest.raises(DivergedError, match="validation loss is nan at step 10"):
        train(tiny(), prepared, context)


def exhausted_above(monkeypatch: pytest.MonkeyPatch, rows: int, error: Exception, *, training: bool = True) -> None:
    """Let memory run out whenever the model is given more rows at a time, in training or in evaluation."""
    outputs = PackedModel.outputs

    def guarded(self: PackedModel, tokens: Any, part: np.ndarray) -> torch.Tensor:
        if part.size > rows and self.module.training == training:
            raise error
        return outputs(self, tokens, part)

    monkeypatch.setattr(PackedModel, "outputs", guarded)


def test_memory_that_runs_out_halves_micro_batches(
    prepared: PreparedBert, tiny: Make, make_context: Make, monkeypatch: pytest.MonkeyPatch
):
    """If a batch does not fit it is cut into smaller parts, the training goes on, and a note says so."""
    exhausted_above(monkeypatch, 3, torch.OutOfMemoryError("CUDA out of memory"))
    context, _ = make_context()
    result = train(tiny(epochs=1), prepared, context)
    assert result.outcome is Outcome.COMPLETE
    assert "Memory ran out" in result.notes[0]
    again = train(tiny(epochs=1), prepared, make_context(folder=context.folder / "second")[0])
    assert "Memory ran out in an earlier training" in again.notes[0]
    other = train(tiny(epochs=1, precision="bf16"), prepared, make_context(folder=context.folder / "third")[0])
    assert "Memory ran out" in other.notes[0]
    assert "earlier" not in other.notes[0], "another number format is another size"
    dropping = tiny(epochs=1, attention_probs_dropout=0.1)
    other = train(dropping, prepared, make_context(folder=context.folder / "dropping")[0])
    assert "earlier" not in other.notes[0], "attention with dropout takes another amount"
    repeatable = train(tiny(epochs=1, deterministic=True), prepared, make_context(folder=context.folder / "fourth")[0])
    assert "earlier" not in repeatable.notes[0], "what is to repeat itself knows nothing of others"


@pytest.mark.parametrize("form", ["fp32", "bf16"])
@pytest.mark.parametrize("place", ["outputs", "collect"])
def test_gradients_before_memory_ran_out_are_forgotten(
    prepared: PreparedBert, tiny: Make, monkeypatch: pytest.MonkeyPatch, form: Any, place: str
):
    """If a step's second part does not fit, what the first has added is not counted twice."""
    rows, found = np.arange(12), list[torch.Tensor]()
    for fails in (False, True):
        model = PackedModel(build(prepared.source, 0.0, 0).eval(), CPU, Precision(form, "cpu"))
        stepper = Stepper(model, objective_of(prepared), tiny())
        stepper.budget.tokens = int(prepared.tokens["train"].lengths[rows].sum()) // 2
        original, calls = getattr(PackedModel, place), iter(range(1000))

        def fail_once(*given: Any, _original: Any = original, _calls: Any = calls) -> Any:
            if next(_calls) == 1:
                raise torch.OutOfMemoryError("CUDA out of memory")
            return _original(*given)

        with monkeypatch.context() as patched:
            if fails:
                patched.setattr(PackedModel, place, fail_once)
            patched.setattr(Stepper, "_update", lambda self: found.append(gradients_of(self)))
            stepper.step(rows, 1e-3)
        assert stepper.budget.halvings == fails
    assert found[0].abs().max() > 1e-3
    assert torch.allclose(*found, atol=1e-6 if form == "fp32" else 2e-3, rtol=1e-4)


def gradients_of(stepper: Stepper) -> torch.Tensor:
    return torch.cat([weight.grad.flatten() for weight in weights_of(stepper) if weight.grad is not None])


def weights_of(stepper: Stepper) -> Iterator[torch.nn.Parameter]:
    return stepper._model.module.parameters()  # type: ignore[no-any-return]


def test_fp16_scales_its_loss_until_gradients_fit(prepared: PreparedBert, tiny: Make):
    """A step whose scaled gradients overflow changes nothing but the scale; a checkpoint keeps that."""
    model = PackedModel(build(prepared.source, 0.0, 0), CPU, Precision("fp16", "cpu"))
    stepper, rows = Stepper(model, objective_of(prepared), tiny(max_grad_norm=1.0)), np.arange(16)
    stepper._scaler = torch.amp.GradScaler("cpu", init_scale=2.0**40)
    before = [p.detach().clone() for p in weights_of(stepper)]
    stepper.step(rows, 1e-3)
    assert all(torch.equal(p, old) for p, old in zip(weights_of(stepper), before, strict=True))
    assert stepper._scaler.get_scale() == 2.0**39
    for _ in range(30):
        stepper.step(rows, 1e-3)
    assert all(p.isfinite().all() for p in weights_of(stepper))
    assert not all(torch.equal(p, old) for p, old in zip(weights_of(stepper), before, strict=True))
    numbers, moments = stepper.state()
    other = Stepper(model, objective_of(prepared), tiny(max_grad_norm=1.0))
    other.restore(numbers, moments)
    assert other._scaler.get_scale() == stepper._scaler.get_scale() < 2.0**39
    stepper.restart()
    stepper.step(rows, 0.0)
    assert stepper.loss_so_far() < 0.5, "thirty steps on sixteen texts teach them by heart"


def test_a_gpu_without_a_peak_has_none_to_forget(monkeypatch: pytest.MonkeyPatch):
    """Before a process has used its GPU torch refuses to be asked; nothing is asked then."""
    asked: list[torch.device] = []
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", asked.append)
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: False)
    memory.forget_peak(torch.device("cuda", 0))
    assert asked == []
    monkeypatch.setattr(torch.cuda, "is_initialized", lambda: True)
    memory.forget_peak(torch.device("cuda", 0))
    assert asked == [torch.device("cuda", 0)]


def test_evaluation_cuts_what_does_not_fit(prepared: PreparedBert, monkeypatch: pytest.MonkeyPatch):
    """Evaluating in smaller parts, where memory runs out, gives the same scores."""
    model, tokens = model_of(prepared), prepared.tokens["validation"]
    expected = log_probabilities(model, tokens)
    exhausted_above(monkeypatch, 5, torch.OutOfMemoryError("CUDA out of memory"), training=False)
    assert np.allclose(log_probabilities(model, tokens), expected, atol=1e-5)
    assert model.module.training


def test_what_repeats_itself_is_evaluated_as_if_nothing_were_known(
    prepared: PreparedBert, monkeypatch: pytest.MonkeyPatch
):
    """Evaluation too forgets what an earlier one learnt of memory: how texts are cut decides the last bits."""
    model, tokens = model_of(prepared), prepared.tokens["validation"]
    budget = Budget(model, tokens, training=False)
    budget.halve(64)
    budget.worked()
    assert Budget(model, tokens, training=False).tokens == 32
    with repeatable(CPU, wanted=True):
        assert Budget(model, tokens, training=False).tokens > 32


def test_a_model_too_large_for_its_optimizer_is_told_as_such(
    prepared: PreparedBert, tiny: Make, make_context: Make, monkeypatch: pytest.MonkeyPatch
):
    """If the optimizer's state finds no room, no shorter text would help, and none is advised."""

    def fail(*_: Any, **__: Any) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(torch.optim.AdamW, "step", fail)
    with pytest.raises(OutOfMemoryError, match="optimizer's state do not fit") as caught:
        train(tiny(), prepared, make_context()[0])
    assert caught.value.field == "model_config.model_name"


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        RuntimeError("CUDA error: out of memory"),
    ],
)
def test_one_row_that_does_not_fit_is_out_of_memory(
    error: Exception, prepared: PreparedBert, tiny: Make, make_context: Make, monkeypatch: pytest.MonkeyPatch
):
    """If not even one text fits, the error names length and device."""
    exhausted_above(monkeypatch, 0, error)
    context, _ = make_context()
    with pytest.raises(OutOfMemoryError, match="on cpu with max_seq_length 24, even with one text") as caught:
        train(tiny(), prepared, context)
    assert caught.value.__cause__ is error


def test_other_errors_are_not_taken_for_memory():
    """A RuntimeError that has nothing to do with memory passes unchanged."""
    with pytest.raises(RuntimeError, match="shapes"), memory.oom_as_error(CPU, 1):
        raise RuntimeError("shapes do not match")


def test_batch_larger_than_the_data_is_refused(prepared: PreparedBert, tiny: Make, make_context: Make):
    """A batch size beyond the training rows is a fault of the configuration, reported before anything is trained."""
    context, _ = make_context()
    with pytest.raises(DataError, match="161"):
        train(tiny(batch_size=161), prepared, context)
    with pytest.raises(DataError, match="class_weights"):
        train(tiny(class_weights=[1.0, 1.0, 1.0]), prepared, context)
    with pytest.raises(InputError, match="Unknown metric 'auc'; known are accuracy"):
        train(tiny(), prepared, replace(context, metric="auc"))


def test_endless_warmup_is_told(prepared: PreparedBert, tiny: Make, make_context: Make):
    """A warm-up longer than the training is allowed, and the result says that the rate never got there."""
    context, heard = make_context()
    result = train(tiny(epochs=1, warmup_steps=500), prepared, context)
    assert "warm-up of 500 steps" in result.notes[0]
    assert "training of 10: the learning rate never reached" in result.notes[0]
    assert heard.reports[-1].learning_rate == pytest.approx(2e-3 * 9 / 500)


@pytest.mark.parametrize(("warmup", "told"), [(4, False), (5, True), (9, True)])
def test_warmup_of_half_the_training_is_told(
    warmup: int, told: bool, prepared: PreparedBert, tiny: Make, make_context: Make
):
    """From half of all steps on, the result names the warm-up and the whole; a shorter one passes in silence."""
    notes = train(tiny(epochs=1, warmup_steps=warmup), prepared, make_context()[0]).notes
    assert (
        any(f"warm-up of {warmup} steps" in n and "training of 10: the learning rate rose" in n for n in notes) == told
    )
    assert told or notes == ()


@pytest.fixture
def with_bf16(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[bool]:
    monkeypatch.setattr(precision, "_has_bf16", lambda _: request.param)
    return request.param


CUDA = torch.device("cuda", 0)


@pytest.mark.parametrize(
    ("asked", "fp16", "where", "with_bf16", "given", "told"),
    [
        ("auto", None, CPU, True, "bf16", False),
        ("auto", None, CPU, False, "fp32", False),
        ("auto", None, CUDA, True, "bf16", False),
        ("auto", None, CUDA, False, "fp16", False),
        ("auto", True, CUDA, True, "fp16", False),
        ("auto", False, CUDA, False, "fp32", False),
        ("auto", True, CPU, True, "bf16", True),
        ("fp16", None, CPU, False, "fp32", True),
        ("fp16", None, CUDA, True, "fp16", False),
        ("bf16", None, CPU, False, "bf16", False),
        ("fp32", None, CUDA, True, "fp32", False),
    ],
    indirect=["with_bf16"],
)
def test_precision_fits_the_device(
    asked: str, fp16: bool | None, where: torch.device, with_bf16: bool, given: str, told: bool
):
    """Precision auto takes what the device is fast with; fp16 on a CPU becomes what it has, and a note says so."""
    chosen = choose(asked, fp16, where, hidden=256)
    assert (chosen.name, bool(chosen.note), chosen.scaled) == (given, told, given == "fp16")


@pytest.mark.parametrize("with_bf16", [True], indirect=True)
def test_narrow_models_stay_in_fp32_on_a_cpu(with_bf16: bool):
    """If bf16 gains nothing, auto leaves it; asked for, it is given."""
    assert choose("auto", None, CPU, hidden=128).name == "fp32"
    assert choose("bf16", None, CPU, hidden=128).name == "bf16"
    assert choose("auto", None, CUDA, hidden=128).name == "bf16"


def test_bf16_scores_are_close_to_fp32(prepared: PreparedBert):
    """Arithmetic in bf16 changes probabilities by rounding only, and weights stay fp32."""
    model = model_of(prepared)
    exact = np.exp(log_probabilities(model, prepared.tokens["validation"]))
    rounded = np.exp(log_probabilities(model.at(Precision("bf16", "cpu")), prepared.tokens["validation"]))
    assert 0 < np.abs(exact - rounded).max() < 0.02
    assert {p.dtype for p in model.module.parameters()} == {torch.float32}


def test_devices_are_resolved(monkeypatch: pytest.MonkeyPatch):
    """The name auto:N is the N-th GPU where there is one and the CPU elsewhere; a GPU that is missing is refused."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert device.resolve("auto:1") == torch.device("cuda", 1)
    assert device.resolve("auto:2") == CPU == device.resolve("cpu")
    with pytest.raises(InputError, match="'cuda:2' here: 2 CUDA devices"):
        device.resolve("cuda:2")
    with pytest.raises(InputError, match="Unknown device 'gpu'"):
        device.resolve("gpu")


def test_threads_are_those_of_the_context(
    prepared: PreparedBert, tiny: Make, make_context: Make, monkeypatch: pytest.MonkeyPatch
):
    """A training uses as many CPU threads as its context says."""
    told: list[int] = []
    monkeypatch.setattr(torch, "set_num_threads", told.append)
    train(tiny(epochs=1), prepared, make_context(lambda _: Decision.STOP, threads=3, quarters=True)[0])
    assert told == [3]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
@pytest.mark.parametrize(("form", "dropout"), [("bf16", 0.0), ("bf16", 0.1), ("fp16", 0.0)])
def test_no_step_waits_for_the_gpu(prepared: PreparedBert, tiny: Make, form: Any, dropout: float):
    """Steps are handed to the GPU without waiting for it: any wait is an error here."""
    device, config = torch.device("cuda", 0), tiny(precision=form, max_grad_norm=1.0)
    model = PackedModel(build(prepared.source, dropout, 0).to(device), device, Precision(form, "cuda"))
    stepper = Stepper(model, objective_of(prepared), config)
    rows = np.tile(np.arange(160), 4)  # thousands of tokens: kernels for few of them are others
    rows = rows[np.argsort(prepared.tokens["train"].lengths[rows], kind="stable")]
    stepper.step(rows, 1e-3)  # compiles
    torch.cuda.synchronize()
    torch.cuda.set_sync_debug_mode("error")
    try:
        for _ in range(4):
            stepper.step(rows, 1e-3)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert np.isfinite(stepper.loss_so_far())
