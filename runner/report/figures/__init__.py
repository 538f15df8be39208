"""The drawings of a report, one file each: from `Results` to `runner.report.blocks.Figure`, or None without data."""
