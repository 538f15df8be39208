"""Data, weights and tokens, ready for any number of trainings."""

from dataclasses import replace
from pathlib import Path

from plugins.nlp.encoders.heads import EncoderHead
from plugins.nlp.encoders.preparation import Prepared, prepare_texts
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.data import TextData, check_config

__all__ = ["HEAD", "PreparedBert", "prepare"]

HEAD = EncoderHead(problem_type="single_label_classification")
PreparedBert = Prepared[TextData]


def prepare(data: TextData, config: BertConfig, cache: Path) -> PreparedBert:
    """Load the model, and encode the training and validation splits; see `prepare_texts`.

    Raises:
        DataError: `num_labels` contradicts the data.
        ModelSourceError: The model cannot be used.
        UnreachableError: A hub does not answer.
    """
    check_config(data.summary, num_labels=config.num_labels)
    return prepare_texts(data, config, replace(HEAD, labels=data.classes.labels), cache)
