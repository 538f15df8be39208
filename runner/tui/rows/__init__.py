"""From records to what tables and texts show: pure functions, apart from any widget."""
