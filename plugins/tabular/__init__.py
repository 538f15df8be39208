"""Tables: a class or a number for each row, from columns of numbers, categories, dates and truth values."""
