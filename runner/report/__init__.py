"""Pages and model cards from the records of a study: nothing here trains, and nothing here imports what trains."""
