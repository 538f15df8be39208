"""A stand-in for the worker process that answers inputs."""

import asyncio

from plugins.nlp.text_classification.records import TextPrediction
from plugins.nlp.texts.records import Explanation, WordWeight

__all__ = ["FakeAnswers"]


class FakeAnswers:
    """Answers by the first word, or with what was put into `trouble`."""

    def __init__(self):
        self.asked = []
        self.unexplained = set()
        self.trouble = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.truncated = False

    async def ask(self, record, inputs, *, explain=False):
        self.asked.append((record.study, tuple(inputs), explain))
        await self.gate.wait()
        if self.trouble:
            raise self.trouble
        return [(self._explained(text) if explain else self._answer(text)).as_json() for text in inputs]

    def close(self):
        """Do nothing."""

    def _answer(self, text):
        label = "bad" if text.startswith("bad") else "good"
        return TextPrediction(text, label, 0.75, {label: 0.75, "other": 0.25})

    def _explained(self, text):
        first = text.split()[0]
        words = (WordWeight(first, 0, len(first), 1.5), WordWeight(text[-4:], len(text) - 4, len(text), -0.5))
        return Explanation(self._answer(text), words, "counting", 0.01, truncated=self.truncated)
