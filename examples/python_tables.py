"""Cells of a notebook as a script: a table of customers, its trials as a data frame, predictions for a frame's rows.

Each ``# %%`` begins a cell, as editors with notebooks know it. It takes seconds and keeps its study in ``studies.db``.
"""

# %% A study. In a notebook its progress is one output that is replaced as it goes on.
import pandas as pd

import runner.api as modelcat

study = modelcat.run(
    {
        "model": "linear",
        "category": "tabular",
        "subcategory": "classification",
        "model_config": {},
        "dataset": {"source": "demo", "size": 800},
        "study": {"name": "customers-from-python", "trials": 3, "confirm": {"top": 1, "seeds": 1}},
    }
)
study  # a notebook shows the verdict and a table  # noqa: B018

# %% Its trials are rows of a data frame.
trials = study.trials()
print(trials.sort_values("value", ascending=False)[["number", "value", "seconds"]].head())

# %% A figure; a notebook draws it if the extra "report" is installed.
study.figure("history")

# %% Predictions for the rows of a frame. Columns that the model does not know are left out, missing ones are empty.
rows = pd.DataFrame(
    {"customer": ["A-17", "B-4"], "country": ["France", "Spain"], "age": [34, None], "products": [1, 2]}
)
rows["answer"] = [answer["label"] for answer in study.predict(rows)]
print(rows)

# %% Everything at once, as one page that works offline.
print(study.state, study.report("customers.html", force=True))
