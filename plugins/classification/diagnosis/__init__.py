"""Rules about studies of classes, whatever they are classes of."""
