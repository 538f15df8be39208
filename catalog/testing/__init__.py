"""Conformance suites: the contract of tasks and models as tests that any package can inherit."""

from catalog.testing.model import ModelCase, ModelConformance
from catalog.testing.task import TaskCase, TaskConformance

__all__ = ["ModelCase", "ModelConformance", "TaskCase", "TaskConformance"]
