"""What a model is: the spec, the registry of plugins, the contract they keep, and the errors."""
