"""From the bytes of a spec to a request that can run; all problems of the spec are reported at once."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from catalog import registry, strict_json
from catalog.contract import Direction, Model, Task
from catalog.dataset import Dataset, Strict
from catalog.errors import ModelcatError, PluginError, Problem, SpecError
from catalog.overrides import apply_override
from catalog.problems import EXPLAINED, problems_of, shown
from catalog.space import Choices, SearchSpace
from catalog.study import Study, Tunable
from catalog.suggest import did_you_mean

__all__ = ["FOLDER_MARK", "Request", "Spec", "load", "load_bytes", "resolve", "spec_class"]

#: A model puts this into a field's `json_schema_extra` if the field may name a folder relative to the spec's own.
FOLDER_MARK = "x-modelcat-folder"


class Spec(Strict):
    """A whole spec of any task. The model's class validates `model_config`, the task's `dataset`: see `spec_class`."""

    # Pydantic reserves the attribute name `model_config`, hence the alias.
    model_config = ConfigDict(title="modelcat spec", serialize_by_alias=True)

    model: str = Field(min_length=1, description="Model's name in the catalog.", examples=["bert", "linear"])
    category: str = Field(min_length=1, description="Category in the catalog.", examples=["nlp"])
    subcategory: str = Field(min_length=1, description="Subcategory in the catalog.", examples=["text-classification"])
    config: dict[str, Any] = Field(
        alias="model_config", description="The configuration to start from, as the model defines it."
    )
    dataset: Any = Field(None, description="Where the examples come from; the task's own if left out.")
    study: Study = Field(Study(), description="How the configuration is tuned.")

    @property
    def key(self) -> str:
        """``category/subcategory/model``."""
        return f"{self.category}/{self.subcategory}/{self.model}"


def spec_class(task: Task) -> type[Spec]:
    """Return the class of the specs of a task: `Spec` with the task's own `dataset`."""
    return _spec_class(task.key, task.Dataset)


@cache
def _spec_class(key: str, dataset: Any) -> type[Spec]:  # noqa: ARG001 -- two tasks may share a class
    field = Spec.model_fields["dataset"]
    made: type[Spec] = create_model("Spec", __base__=Spec, dataset=(dataset | None, field))
    return made


@dataclass(frozen=True, slots=True)
class Request:
    """A valid spec, with everything that is known before the data are read.

    Attributes:
        spec: As it was written, with defaults filled in.
        folder: The folder from which relative paths start.
        task: The task that the spec names.
        model: The model that the spec names.
        config: The given configuration, an instance of the model's `Config`.
        dataset: The spec's or the task's; paths in it are absolute.
        metric: The metric that the study optimizes.
        direction: Which way `metric` improves.
        space: The tuned fields, as the spec or the model defines them; not yet widened to hold the given configuration.
    """

    spec: Spec
    folder: Path
    task: Task
    model: Model
    config: BaseModel
    dataset: Dataset
    metric: str
    direction: Direction
    space: SearchSpace

    def as_json(self) -> dict[str, Any]:
        """Return the spec as JSON: only the fields that its author wrote or would have written."""
        written = self.spec.model_dump(mode="json", exclude_none=True)
        written["model_config"] = dict(self.spec.config)
        dataset = self.spec.dataset or self.task.default_dataset()
        written["dataset"] = dataset.model_dump(mode="json", exclude_none=True)
        return written

    @property
    def baseline(self) -> str | None:
        """Key of the model to beat; None if there is none, or the spec names that model itself."""
        return self.task.baseline if self.task.baseline != self.model.key else None


def load(path: Path, overrides: Sequence[str] = ()) -> Request:
    """Read, check and resolve a spec file.

    Args:
        path: The file; relative paths in it start from its folder.
        overrides: ``path.to.field=value`` each, applied before anything is checked.

    Raises:
        SpecError: The spec is not valid; the message lists every problem.
        PluginError: The plugin cannot be loaded.
    """
    return load_bytes(strict_json.read(path), path.absolute().parent, source=str(path), overrides=overrides)


def load_bytes(content: bytes, folder: Path, *, source: str = "spec", overrides: Sequence[str] = ()) -> Request:
    """Check and resolve a spec that is in memory, as `load` does for a file.

    Args:
        content: UTF-8 JSON.
        folder: The folder from which relative paths in it start.
        source: How errors name it.
        overrides: As for `load`.

    Raises:
        SpecError: The spec is not valid; the message lists every problem.
        PluginError: The plugin cannot be loaded.
    """
    if len(content) > strict_json.MAX_BYTES:
        message = f"larger than {strict_json.MAX_BYTES:,} bytes (1 MiB), the most a spec may have"
        raise SpecError.of(source, [Problem("", message)])
    parsed = strict_json.parse(content, source)
    data, problems = parsed.value, list(parsed.problems)
    for override in overrides:
        try:
            data = apply_override(data, override)
        except SpecError as error:
            problems.extend(error.problems)
    return resolve(data, folder, source=source, known_problems=problems)


def resolve(data: Any, folder: Path, *, source: str = "spec", known_problems: Sequence[Problem] = ()) -> Request:
    """Check parsed JSON and resolve the names in it; as `load`, for data that is already in memory."""
    problems = list(known_problems)
    if not isinstance(data, dict):
        if not problems:
            problems.append(Problem("", f"must be a JSON object with model, category, ...; got {shown(data)}"))
        raise SpecError.of(source, problems)
    unknown: list[Problem] = []
    task, model = _find(data, unknown)
    form = Spec if task is None else spec_class(task)
    spec: Spec | None = None
    try:
        spec = form.model_validate(data)
    except ValidationError as error:
        problems += problems_of(error, form, data)
    problems += unknown
    config: BaseModel | None = None
    if model is not None and isinstance(data.get("model_config"), dict):
        config = _check_config(model, data["model_config"], problems)
    if spec is not None and task is not None and model is not None:
        _check_metric(spec, task, problems)
        if config is not None:
            _check_space(spec, model, data["model_config"], problems)
    # One message for each place: the first reported is the nearest to the cause.
    problems = list({problem.path or problem.message: problem for problem in reversed(problems)}.values())[::-1]
    if problems or spec is None or task is None or model is None or config is None:
        raise SpecError.of(source, problems)
    dataset: Dataset = spec.dataset or task.default_dataset()
    wanted = spec.study.metric
    metric = next(one for one in task.metrics if wanted in {None, one.name})
    tuned = spec.study.search_space
    return Request(
        spec=spec,
        folder=folder,
        task=task,
        model=model,
        config=_with_absolute_folders(config, folder),
        dataset=dataset.resolved(folder),
        metric=metric.name,
        direction=metric.direction,
        space=_own_space(model, config) if tuned is None else _space(model, tuned),
    )


def _find(data: Mapping[str, Any], problems: list[Problem]) -> tuple[Task | None, Model | None]:
    """Return task and model of a spec; None for one that the catalog does not have, which is recorded as a problem."""
    parts = [data.get(name) for name in ("category", "subcategory", "model")]
    if not all(isinstance(part, str) and part for part in parts):
        return None, None
    key = "/".join(map(str, parts))
    task: Task | None = None
    try:
        task = registry.load_task(registry.task_key(key))
        return task, registry.load(key)
    except ModelcatError as error:
        if error.exit_code == 1:  # a broken plugin is not the spec's fault
            raise
        message = error.message
        if task is None:  # the nearest model is more helpful than the nearest task
            try:
                registry.load(key)
            except ModelcatError as closer:
                message = closer.message
        problems.append(Problem("model", message))
        return task, None


def _check_config(model: Model, given: Mapping[str, Any], problems: list[Problem]) -> BaseModel | None:
    try:
        return model.Config.model_validate(given)
    except ValidationError as error:
        problems += problems_of(error, model.Config, given, "model_config")
        return None


def _own_space(model: Model, config: BaseModel) -> SearchSpace:
    try:
        return model.search_space(config)
    except Exception as error:
        raise PluginError(f"the plugin failed: {registry.blame(error, model.key)}", field="model") from error


def _space(model: Model, tuned: Mapping[str, Tunable]) -> SearchSpace:
    return {name: entry.to_range(_kind_of(model, name)) for name, entry in tuned.items()}


def _kind_of(model: Model, field: str) -> str | None:
    """Return whether a field takes only whole numbers ("integer"), any number ("number"), or something else (None)."""
    schema = model.Config.model_json_schema(by_alias=True)["properties"][field]
    kinds = {branch.get("type") for branch in schema.get("anyOf", [schema])} - {"null"}
    return kinds.pop() if len(kinds) == 1 else None


def _with_absolute_folders(config: BaseModel, folder: Path) -> BaseModel:
    """Make fields that name a folder absolute, so that a study can be resumed from any folder."""
    found = {}
    for name, info in type(config).model_fields.items():
        extra = info.json_schema_extra
        value = getattr(config, name)
        if isinstance(extra, dict) and extra.get(FOLDER_MARK) and isinstance(value, str):
            with suppress(OSError, RuntimeError, ValueError):  # the model reports a name that leads nowhere
                path = folder / Path(value).expanduser()
                if path.is_dir():
                    found[name] = str(path.resolve())
    return config.model_copy(update=found)


def _check_metric(spec: Spec, task: Task, problems: list[Problem]) -> None:
    metric, known = spec.study.metric, [one.name for one in task.metrics]
    if metric is not None and metric not in known:
        message = f"unknown metric {shown(metric)}; allowed: {', '.join(known)}"
        problems.append(Problem("study.metric", message))


def _check_space(spec: Spec, model: Model, given: Mapping[str, Any], problems: list[Problem]) -> None:
    """Check the ends of every range in place of the given value: an end that fails would fail as a trial."""
    fields = {name for name in model.Config.model_fields if name not in model.fixed_fields}
    for name, tuned in (spec.study.search_space or {}).items():
        path = f"study.search_space.{name}"
        if name in model.fixed_fields:
            problems.append(Problem(path, f"this field is never tuned; tunable: {', '.join(sorted(fields))}"))
            continue
        if name not in fields:
            hint = f"; {did_you_mean(name, fields)}" if len(problems) < EXPLAINED else ""
            problems.append(Problem(path, f"no field of model_config{hint}"))
            continue
        range_ = tuned.to_range(_kind_of(model, name))
        ends = (
            [(f"choices.{index}", value) for index, value in enumerate(range_.values)]
            if isinstance(range_, Choices)
            else [("low", range_.low), ("high", range_.high)]
        )
        for end, value in ends:
            candidate = {**given, name: value}
            try:
                model.Config.model_validate(candidate)
            except ValidationError as error:
                found = problems_of(error, model.Config, candidate)
                problems.append(Problem(f"{path}.{end}", found[0].message))
