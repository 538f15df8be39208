"""Tells people what the program found in their language: words, numbers, dates and durations.

Every text of the program is English in the source and is its own name (msgid); `de.po` holds the German one. A text
without a translation is told in English.
"""

from runner.language.language import LANGUAGES, Language, msgid

__all__ = ["LANGUAGES", "Language", "msgid"]
