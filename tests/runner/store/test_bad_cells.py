"""Whatever one cell of a study holds, everything works for all other studies, and that one can be deleted.

`tests/faults/test_bad_cells.py` goes through all cells and values; here are some of each.
"""

import bad_cells
import pytest
from bad_cells import CELLS, VALUES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

#: The attempts of an audit that took `studies`, `doctor` and `run` down, each in another way.
REPORTED = [
    ("modelcat_studies", "created", "not a date"),
    ("modelcat_studies", "seconds", "abc"),
    ("modelcat_studies", "verdict", '{"confirmed": true}'),
    ("modelcat_studies", "updated", 7),
    ("modelcat_studies", "spec", bad_cells.Broken("{}")),
    ("modelcat_studies", "study", bad_cells.Blob(b"\x00\xff")),
    ("modelcat_studies", "lease_expires", "never"),
    ("modelcat_trials", "started", "not a date"),
    ("modelcat_trials", "state", "done"),
    ("modelcat_trials", "value", "abc"),
    ("modelcat_insights", "content", "[" * 100_000),
]


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """Return the folder of the template, that of each attempt, and what is expected of the others."""
    template, folder = tmp_path_factory.mktemp("template"), tmp_path_factory.mktemp("cells")
    url = bad_cells.fill(template, folder)
    return template, folder, {"answers": bad_cells.answers_of_others(url), "listed": bad_cells.listed(url)}


@pytest.fixture(scope="module", autouse=True)
def _offline():
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HF_HUB_OFFLINE", "1")
        yield


def attempt(places, cell, value, *, commands):
    template, folder, expected = places
    url = bad_cells.fill(template, folder)
    if not (bad_cells.is_possible(*cell, value) and bad_cells.put(url, *cell, value)):
        return  # a key of another row, or what SQLite does not take
    bad_cells.look_at_all(url, folder, expected, commands=commands)


@pytest.mark.parametrize(("table", "column", "value"), REPORTED, ids=[f"{one[0]}.{one[1]}" for one in REPORTED])
def test_a_reported_cell(places, table, column, value):
    """Each reported cell once ended every command that lists studies, or that one study's with a traceback."""
    attempt(places, (table, column), value, commands=True)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(cell=st.sampled_from(CELLS), value=st.sampled_from(VALUES))
def test_some_cells(places, cell, value):
    """Any cell may hold anything that SQLite accepts."""
    attempt(places, cell, value, commands=False)
