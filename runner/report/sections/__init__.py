"""The chapters of a report, in the order of the page: from `Results` to `runner.report.blocks.Section`."""
