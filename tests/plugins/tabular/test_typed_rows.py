"""A row that a user types is read as a row of a file with the same texts would be."""

import json
import re

import pytest

from catalog.errors import DataError
from runner.cli.input_lines import parsed_input

KM = [f"{row % 9 + 1}.{row % 10}34,{row % 7}" for row in range(120)]
TABLE = {
    "km": KM,
    "town": ["Bern", "Rome"] * 60,
    "price": [round(float(cell.replace(".", "").replace(",", ".")) / 7 + row % 5, 2) for row, cell in enumerate(KM)],
}


@pytest.fixture
def answer(load, train):
    """Return what a model answers to rows as JSON texts."""
    found = train("tabular/regression/linear", load("regression", TABLE, target="price"))
    fields = found.task.input_fields(json.loads(json.dumps(found.json)))

    def answer(*rows):
        return list(found.predictor.predict([parsed_input(fields, row, 1) for row in rows]))

    return answer


def test_texts_of_numbers_are_read_as_in_a_file_of_the_study(answer):
    """Texts of numbers are read with the study's marks; a JSON number is what it is, and changes no other row."""
    text, number, spaced = answer(
        '{"km": "2.134,5", "town": "Bern"}', '{"km": 2134.5, "town": "Bern"}', '{"km": " 2134,5 ", "town": "Bern"}'
    )
    assert text["value"] == number["value"] == spaced["value"]
    small, missing = answer('{"km": 1e-7, "town": "Bern"}', '{"km": "n/a", "town": "Bern"}')
    assert small["value"] == pytest.approx(answer('{"km": 0, "town": "Bern"}')[0]["value"])
    assert small["notes"] == []
    assert missing["notes"] == ["km: 'n/a' is no number and counts as missing"]


@pytest.mark.parametrize("word", ["n/a", "NA", "?", "-", "Unknown"])
def test_words_for_none_count_as_missing(answer, word):
    """Words for none count as missing, as in a file."""
    given, none = answer(json.dumps({"km": word, "town": "Bern"}), '{"km": null, "town": "Bern"}')
    assert given["value"] == none["value"]


@pytest.mark.parametrize("junk", ["far", "2,134.5", "12 km", "inf"])
def test_a_text_that_is_no_number_is_an_error(answer, junk):
    """A text that is no number is an error; so is a number in another notation, which would be misread."""
    with pytest.raises(DataError, match=re.escape(f"'km' is a number, not {junk!r}")):
        answer(json.dumps({"km": junk, "town": "Bern"}))
