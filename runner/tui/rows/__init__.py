"""From records to what tables and strings show: pure functions, apart from any widget."""
