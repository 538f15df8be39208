"""The coordinator of a study: asks Optuna, hands trials to workers, records what comes back, confirms the winner."""
