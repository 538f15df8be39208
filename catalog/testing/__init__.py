"""Conformance suites: what the contract of tasks and models says, as tests that any package can inherit."""

from catalog.testing.model import Case, ModelConformance
from catalog.testing.task import TaskCase, TaskConformance

__all__ = ["Case", "ModelConformance", "TaskCase", "TaskConformance"]
