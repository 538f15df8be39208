"""From records to the content of tables and strings: pure functions, independent of widgets."""
