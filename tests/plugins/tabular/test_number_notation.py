"""Tables whose numbers are written with a dot between thousands, in two notations, or otherwise than in the study."""

import numpy as np
import pytest

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
    """Of features and of the target, with a note that names the column."""
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
    """With one note for all such columns; none on columns that show it themselves."""
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
    """As ``1,234`` is; three decimals throughout are plainly decimals."""
    with pytest.raises(DataError, match=r"'1.117' may be 1.117 or 1117.*without marks between thousands"):
        load("regression", {"income": DOTTED, "price": range(ROWS)}, target="price")
    with pytest.raises(DataError, match=r"'price' holds numbers that can be read in two ways: '1.117' may be"):
        load("regression", {"age": range(ROWS), "price": DOTTED}, target="price")
    data = load("regression", {"ratio": THREE, "price": THREE[::-1]}, target="price")
    assert all_cells(data, "ratio") == [float(text) for text in THREE]
    assert "the dot is read as a decimal point, as all of its cells have three digits" in notes_of(data)
