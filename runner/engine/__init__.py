"""Where a trial runs: worker processes on this machine, and the messages that they exchange with the coordinator."""
