"""What runs the models: studies, workers, the store and the command line."""
