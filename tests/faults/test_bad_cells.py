"""Every cell of our tables with every value that SQLite may hold: everything works for all other studies.

FAULTS sets how many are tried (a fifth of it, since each is looked at by every command), SEED which.
"""

import os
import random

import bad_cells

FAULTS = int(os.environ.get("FAULTS", "10")) // 5
SEED = int(os.environ.get("SEED", "0"))


def test_any_cell_may_hold_anything(tmp_path_factory, monkeypatch):
    """One bad cell is reported with its study and field, that study can be deleted, and no other one is affected."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    template, folder = tmp_path_factory.mktemp("template"), tmp_path_factory.mktemp("cells")
    monkeypatch.chdir(folder)
    url = bad_cells.fill(template, folder)
    expected = {"answers": bad_cells.answers_of_others(url), "listed": bad_cells.listed(url)}
    attempts = [(*cell, value) for cell in bad_cells.CELLS for value in bad_cells.VALUES]
    random.Random(SEED).shuffle(attempts)
    failed = []
    for table, column, value in attempts[:FAULTS]:
        url = bad_cells.fill(template, folder)
        if not (bad_cells.is_possible(table, column, value) and bad_cells.put(url, table, column, value)):
            continue
        try:
            bad_cells.look_at_all(url, folder, expected, commands=True)
        except Exception as error:  # noqa: BLE001 -- all are collected, and reported together
            failed.append((table, column, repr(value)[:80], repr(error)[-500:]))
    assert failed == []
