"""The terminal UI names the class of every precision, recall, F1 and area that it shows, however little room it has."""

import re

import pytest
from f1_study import tune_for_f1
from sample_store import WHOLE

from runner.tui.screens.study import StudyScreen
from runner.tui.screens.trial import TrialScreen

LONG = "Rechnungsbetrug mit gestohlener Auslandskarte"
SHOWN = {
    ("en", "fraud"): {"list": "F1 of fraud", "study": "F1 of fraud", "trial": "F1 of fraud"},
    ("de", LONG): {"list": "F1 von Rechnungs…", "study": "F1 von Rechnungs…", "trial": "F1 von Rechnungsbe…"},
}


@pytest.fixture(params=SHOWN, ids=["english", "german and long"])
def tuned(request, sample_store, browser):
    """Return the app on a sample store whose whole study is tuned for F1 of a class, and how that is written."""
    language, positive = request.param
    tune_for_f1(sample_store, (positive, "ok"), positive)
    return browser(language=language), SHOWN[request.param]


def test_the_list_keeps_the_column_of_the_metric(tuned, drive, until, text_of) -> None:
    """At 80 columns the list says whose F1 its best values are."""
    app, shown = tuned

    async def steps(pilot) -> None:
        await until(pilot, lambda: shown["list"] in text_of(app))
        [line] = [line for line in text_of(app).split("\n") if "MiniLM" in line]
        assert shown["list"] in line
        assert "91" in line

    drive(app, steps)


def test_a_study_names_the_class_in_header_verdict_table_and_chart(tuned, drive, until, text_of) -> None:
    """The header, the verdict, the heading of the table and the axis of the first chart name it."""
    app, shown = tuned

    async def steps(pilot) -> None:
        screen = StudyScreen(app.context, WHOLE)
        app.push_screen(screen)
        await until(pilot, lambda: shown["study"] in text_of(app))
        lines = text_of(app).split("\n")
        assert shown["trial"][:15] in " ".join("".join(lines[1:3]).split()), "the header"
        assert "F1" in " ".join(lines[2:4]), "the verdict"
        assert any("▼" in line and shown["study"] in line for line in lines), "the table"
        assert " f1" not in text_of(app)
        await pilot.press("right_square_bracket")
        await until(pilot, lambda: shown["trial"][:12] in "".join(text_of(app).split("\n")[9:]))
        assert " f1" not in text_of(app)

    drive(app, steps)


@pytest.mark.parametrize("tab", ["curves", "confusion"])
def test_a_trial_names_the_class_in_its_title_and_tabs(tuned, drive, until, text_of, tab) -> None:
    """The title, the axis of the curves and the bars of all metrics name it."""
    app, shown = tuned

    async def steps(pilot) -> None:
        screen = TrialScreen(app.context, WHOLE, 7)
        app.push_screen(screen)
        await until(pilot, lambda: screen.tab)
        await screen.choose(tab)
        await until(pilot, lambda: text_of(app).count(shown["trial"].rstrip("…")) >= 2)
        assert shown["trial"] in text_of(app).split("\n")[1]

    drive(app, steps)


def test_a_wide_list_names_it_next_to_the_list(tuned, drive, until, text_of) -> None:
    """The panel of the study under the cursor has the label with more of the name."""
    app, shown = tuned

    async def steps(pilot) -> None:
        await until(pilot, lambda: "MiniLM" in text_of(app))
        await pilot.press("end")
        await until(pilot, lambda: text_of(app).count(shown["list"][:15]) >= 3)

    drive(app, steps, (160, 48))


def test_comparing_names_the_class(sample_store, browser, drive, until, text_of) -> None:
    """The lists of two trials have the labels."""
    tune_for_f1(sample_store, ("fraud", "ok"), "fraud")
    app = browser()

    async def steps(pilot) -> None:
        screen = StudyScreen(app.context, WHOLE)
        app.push_screen(screen)
        await until(pilot, lambda: "F1 of fraud" in text_of(app))
        await pilot.press("right_square_bracket", "right_square_bracket")
        await until(pilot, lambda: re.search(r" F1 of fraud .* point", text_of(app)))

    drive(app, steps, (120, 60))


def test_a_study_of_the_last_release_is_of_its_second_class(sample_store, browser, drive, until, text_of) -> None:
    """Where the store names no class, the second one is named."""
    tune_for_f1(sample_store, ("fraud", "ok"), None)
    app = browser()

    async def steps(pilot) -> None:
        await until(pilot, lambda: "F1 of ok" in text_of(app))
        assert "F1 of fraud" not in text_of(app)

    drive(app, steps)
