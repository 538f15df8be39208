"""What `modelcat validate` says of data."""

import json

import pytest
from click.testing import CliRunner

from catalog import registry
from runner.cli.main import app


@pytest.mark.usefixtures("simulated")
def test_a_task_that_cannot_describe_its_data_is_named(tmp_path, monkeypatch):
    """The line about the data does not disappear: it says whose code failed, and how."""
    spec = {"category": "test", "subcategory": "simulated", "model": "curve", "model_config": {}}
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    monkeypatch.setenv("MODELCAT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(registry.load_task("test/simulated"), "facts", lambda _: 1 / 0)
    result = CliRunner().invoke(app, ["validate", str(tmp_path / "spec.json")], catch_exceptions=False)
    assert result.exit_code == 0
    assert "Data: modelcat-simulated cannot describe them: ZeroDivisionError" in result.stdout
