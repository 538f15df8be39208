"""The table of commands: where each is found, and its line in ``modelcat --help``. It imports none of them."""

from collections.abc import Mapping
from typing import Final, NamedTuple

__all__ = ["COMMANDS", "CommandInfo"]


class CommandInfo(NamedTuple):
    """A command that is not imported yet: ``module:attribute`` of its `click.Command`, the first line of its help."""

    target: str
    help: str


COMMANDS: Final[Mapping[str, CommandInfo]] = {
    "list": CommandInfo("runner.cli.catalog:list_models", "List the models of the catalog."),
    "show": CommandInfo("runner.cli.catalog:show", "Show a model: parameters, ranges, variants."),
    "schema": CommandInfo("runner.cli.catalog:schema", "Print the JSON Schema of specs, for editors."),
    "validate": CommandInfo("runner.cli.validate:validate", "Check a spec and its data."),
    "plan": CommandInfo("runner.cli.plan:plan", "Look ahead before spending hours."),
    "run": CommandInfo("runner.cli.run:run", "Run a study: baseline, search, verdict."),
    "train": CommandInfo("runner.cli.run:train", "Train once, as given."),
    "submit": CommandInfo("runner.cli.queue:submit", "Put a study into the queue."),
    "worker": CommandInfo("runner.cli.queue:worker", "Run the queue, a study at a time."),
    "stop": CommandInfo("runner.cli.queue:stop", "Stop a study, wherever it runs."),
    "resume": CommandInfo("runner.cli.run:resume", "Go on with an interrupted study."),
    "studies": CommandInfo("runner.cli.studies:studies", "List the studies in the store."),
    "trials": CommandInfo("runner.cli.studies:trials", "List the trials of a study."),
    "trial": CommandInfo(
        "runner.cli.studies:trial",
        "Show one trial, epoch by epoch, and its evaluation; --csv prints the epochs alone.",
    ),
    "browse": CommandInfo("runner.cli.browse:browse", "Browse, submit and steer studies in a terminal UI."),
    "predict": CommandInfo("runner.cli.predict:predict", "Predict with a study's model."),
    "evaluate": CommandInfo("runner.cli.evaluate:evaluate", "Evaluate a study's model on a file with truths."),
    "export": CommandInfo("runner.cli.export:export", "Export a study's model for use elsewhere, checked."),
    "diagnose": CommandInfo(
        "runner.cli.diagnose:diagnose", "Say what the records show to be wrong, and what to change."
    ),
    "report": CommandInfo("runner.cli.report:report", "Make a page of all results, or a model card."),
    "figures": CommandInfo("runner.cli.figures:figures", "List, print or save the figures of a study."),
    "compare": CommandInfo("runner.cli.compare:compare", "Compare winners, trials and baselines."),
    "delete": CommandInfo("runner.cli.delete:delete", "Delete a study and its files."),
    "doctor": CommandInfo("runner.cli.doctor:doctor", "Check versions, devices, database, hub."),
}
"""By name, in the order in which a user meets them."""
