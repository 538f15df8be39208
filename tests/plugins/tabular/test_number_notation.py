"""Tables whose numbers are written with a dot between thousands, in two notations, or otherwise than in the study."""

import numpy as np
import pytest

from catalog.contract.capabilities import EvaluationFile
from catalog.errors import DataError

ROWS = 60
AREA = [f"{50 + row % 37},{row % 7 + 1}" for row in range(ROWS)]
INCOME = [986 + 131 * row for row in range(ROWS)]
DOTTED = [f"{income:,}".replace(",", ".") for income in INCOME]
RENT = [f"{400 + 7 * row},{row % 9 + 1}5" for row in range(ROWS)]
THREE = [f"{1 + 0.137 * row:.3f}" for row in range(ROWS)]


def semicolons(path, table):
    lines = [";".join(table), *(";".join(map(str, row)) for row in zip(*table.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def notes_of(data):
    return "\n".join(data.summary.notes)


def all_cells(data, name):
    return sorted(np.concatenate([rows.frame.columns[name] for rows in data.splits.values()]).tolist())


def test_a_decimal_comma_in_another_column_makes_dots_thousands(load, tmp_path):
    """A decimal comma in another column makes dots thousands, also in the target; a note names the column."""
    table = semicolons(tmp_path / "de.csv", {"Fläche": AREA, "Einkommen": DOTTED, "Miete": RENT})
    data = load("regression", table, target="Miete")
    assert all_cells(data, "Einkommen") == INCOME
    assert (
        "Column 'Einkommen': '1.117' may be 1.117 or 1117; the dot is read as a mark between thousands, as column "
        f"'Fläche' holds '{AREA[0]}'." in notes_of(data)
    )
    data = load("regression", semicolons(tmp_path / "de.csv", {"Fläche": AREA, "Miete": DOTTED}), target="Miete")
    assert max(rows.truths.max() for rows in data.splits.values()) == max(INCOME)
    assert "Target 'Miete': '1.117' may be 1.117 or 1117; the dot is read as a mark between" in notes_of(data)


def test_a_decimal_point_in_another_column_makes_dots_decimals(load):
    """A decimal point in another column makes dots decimals, with one note for all columns that do not show it."""
    area = [text.replace(",", ".") for text in AREA]
    plain = [f"{0.9 + 0.05 * row:.3f}" for row in range(ROWS)]
    table = {"area": area, "a": THREE, "b": [*THREE[:-1], "7"], "c": plain, "price": range(ROWS)}
    data = load("regression", table, target="price")
    assert all_cells(data, "a") == [float(text) for text in THREE]
    assert (
        "Columns 'a', 'b': '1.000' may be 1.000 or 1000; the dot is read as a decimal point, as column 'area' holds "
        "'50.1'." in notes_of(data)
    )
    assert "Column 'c': '" not in notes_of(data)


def test_without_evidence_dots_are_refused(load):
    """Without evidence dots are refused, as ``1,234`` is; three decimals throughout are plainly decimals."""
    with pytest.raises(DataError, match=r"'1.117' may be 1.117 or 1117.*without marks between thousands"):
        load("regression", {"income": DOTTED, "price": range(ROWS)}, target="price")
    with pytest.raises(DataError, match=r"'price' holds numbers that can be read in two ways: '1.117' may be"):
        load("regression", {"age": range(ROWS), "price": DOTTED}, target="price")
    data = load("regression", {"ratio": THREE, "price": THREE[::-1]}, target="price")
    assert all_cells(data, "ratio") == [float(text) for text in THREE]
    assert "the dot is read as a decimal point, as all of its cells have three digits" in notes_of(data)


PLAIN = {
    "area": [text.replace(",", ".") for text in AREA],
    "income": [f"{income:,}.50" for income in INCOME],
    "rooms": [1 + row % 5 for row in range(ROWS)],
    "price": [f"€{3 * income:,}.25" for income in INCOME],
}


def german(cells):
    return [cell.translate(str.maketrans(".,", ",.")) for cell in cells]


@pytest.fixture
def evaluate(load, train, tmp_path):
    found = train("tabular/regression/linear", load("regression", PLAIN, target="price"))

    def evaluate(table):
        path = semicolons(tmp_path / "further.csv", table)
        file = EvaluationFile(path, data=found.json)
        return found.trainer.evaluate_file(found.result.model_dir, file, folder=tmp_path, device="cpu", threads=1)

    return evaluate


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"area": AREA}, "'area' is written otherwise .* decimal point: its numbers have a decimal comma"),
        ({"price": german(PLAIN["price"])}, "'price' .* between thousands and the sign €: its numbers have a decimal"),
        ({"price": [f"{3 * income:,}".replace(",", ".") for income in INCOME]}, r"'2.958' may be 2.958 or 2958"),
        (
            {
                "area": [f"{row % 7 + 1}.234" for row in range(ROWS)],
                "x": ["1,5"] * ROWS,
                "income": INCOME,
                "price": INCOME,
            },
            "'1.234' may be 1.234 or 1234, and column 'x' holds '1,5'",
        ),
        ({"area": ["12 %", *PLAIN["area"][1:]], "rooms": ["12 %"] * ROWS}, "'rooms' .* the sign %"),
    ],
)
def test_numbers_that_are_written_otherwise_than_in_the_study_are_refused(evaluate, changes, message):
    """Numbers in another notation than the study's are refused, also in the target: none is guessed or left out."""
    with pytest.raises(DataError, match=message) as caught:
        evaluate({**PLAIN, **changes})
    assert "Write its numbers with the same marks" in caught.value.message


def test_the_notation_of_the_study_decides(evaluate):
    """Only what has two readings follows the study's notation; an unneeded mark between thousands gets a note."""
    plain = evaluate(PLAIN)
    thousands = [f"{3 * income:,}" for income in INCOME]
    near = evaluate({**PLAIN, "price": thousands})
    assert near.metrics["rmse"] == pytest.approx(plain.metrics["rmse"], abs=0.5)
    area = [f"{float(text) + 1000:,.1f}" for text in PLAIN["area"]]
    assert any(
        "'area': its numbers are read with ',' between" in note for note in evaluate({**PLAIN, "area": area}).notes
    )
    rooms = [*PLAIN["area"][:-1], "1,5"]
    assert any("1 cell of the file is no number" in note for note in evaluate({**PLAIN, "area": rooms}).notes)


def test_dots_that_only_the_study_explains_get_a_note(evaluate):
    """Dots that only the study explains get a note if the file has no other number with a mark."""
    area = [f"{row % 7 + 1}.234" for row in range(ROWS)]
    found = evaluate({**PLAIN, "area": area, "income": INCOME, "price": INCOME})
    assert any("'1.234' may be 1.234 or 1234; the dot is read as a decimal point, as in" in one for one in found.notes)


def test_a_test_file_in_another_notation_is_refused(load, tmp_path):
    test = semicolons(tmp_path / "test.csv", {**PLAIN, "area": AREA})
    with pytest.raises(DataError, match=r"test.csv: column 'area' is written otherwise"):
        load("regression", PLAIN, target="price", test=str(test))
