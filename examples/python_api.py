"""A study from Python: tune a small model on generated reviews, look at the result, predict.

Run it in any folder: ``python examples/python_api.py``. It takes seconds and keeps its study in ``studies.db`` there.
"""

import runner.api as modelcat

SPEC = {
    "model": "linear",
    "category": "nlp",
    "subcategory": "text-classification",
    "model_config": {"C": 1.0},
    "dataset": {"source": "demo", "size": 2400},
    "study": {
        "name": "reviews-from-python",
        "trials": 4,
        "search_space": {"C": {"low": 0.1, "high": 10.0, "log": True}},
        "confirm": {"top": 1, "seeds": 1},
    },
}

study = modelcat.run(SPEC)  # the same spec again returns the stored result
print(study)
print(study.verdict["sentence"])
print("on test:", study.test)

trials = study.trials()
print(trials[["number", "state", "value", "params.C", "seconds"]].to_string(index=False))

for answer in study.predict(["An absolute delight from start to end.", "A waste of two hours."]):
    print(f"{answer['label']} ({answer['confidence']:.0%}): {answer['text']}")

print("figures:", ", ".join(figure.key for figure in study.figures()))
