"""What tasks that predict a number share: metrics, intervals, comparison, chance, figures."""
