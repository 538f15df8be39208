"""A file with tags that belongs to no study, read for a model whose tags are known."""

from collections.abc import Mapping

from catalog.contract.capabilities import EvaluationFile
from catalog.dataset import Format
from catalog.errors import DataError
from plugins.data.labelled import Labelled
from plugins.nlp.token_classification.data.conll import is_conll
from plugins.nlp.token_classification.data.loading import read_tagged
from plugins.nlp.token_classification.data.tags import encode
from plugins.nlp.token_classification.dataset import FilesDataset
from plugins.nlp.token_classification.schemes import TagSet
from plugins.nlp.token_classification.sentences import Sentences
from plugins.tables.files import find_path
from plugins.tables.wording import as_options

__all__ = ["column_of", "load_labelled"]


def load_labelled(file: EvaluationFile, known: TagSet) -> Labelled[Sentences]:
    """Read the sentences of a file of any format that a data set may have, in its order.

    Raises:
        DataError: The file cannot be read, has no columns of words and tags, or tags that the model does not know.
    """
    try:
        path = find_path(str(file.path), "file")
        tokens = column_of(file.columns, file.data, "tokens", "text", table=not is_conll(path, "file"))
        tags = column_of(file.columns, file.data, "tags", "label", table=not is_conll(path, "file"))
        labels = known.names if file.truths == "ids" else file.dataset.get("labels")
        named = FilesDataset(source="files", train=str(path), tokens=tokens, tags=tags, labels=labels)
        raw = read_tagged(path, "file", file.format or Format(), named)
        sentences, broken = encode([raw], known)
    except DataError as error:
        message = error.message.replace(" that train does not have", " that the model does not know")
        raise DataError(as_options(message.replace("Train has", "It knows"))) from error  # no field of a spec caused it
    empty = raw.empty_note()
    notes = (*raw.notes, *([empty] if empty else []), *broken)
    words, marks = raw.columns
    return Labelled(
        sentences, raw.rows, {"tokens": words, "tags": marks}, len(raw.empty), tuple(map(as_options, notes))
    )


def column_of(
    named: Mapping[str, tuple[str, ...]], data: Mapping[str, object], role: str, other: str, *, table: bool
) -> str | None:
    """Return the column of a role: the one that is named, else that of the study if the file is of its kind.

    Args:
        named: Columns by role, as the command line gave them.
        data: What the study found in its data set, as JSON.
        role: ``"tokens"`` or ``"tags"``.
        other: Another name of the role.
        table: Whether the file is a table, whose columns have names; those of CoNLL files have numbers.
    """
    for name in (role, other):
        if found := named.get(name):
            if len(found) > 1:
                raise DataError(f"{role} are in one column, and {len(found)} are named: {', '.join(found)}.")
            return found[0]
    stored = data.get("columns")
    column = stored.get(role) if isinstance(stored, Mapping) else None
    return column if isinstance(column, str) and column.isdecimal() != table else None
