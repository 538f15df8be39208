"""Fine-tuning of transformer encoders, shared by every nlp task. Importing this package imports no torch.

A task's model plugin gives its `heads.Head` and its `objective.Objective`; the rest is here.
"""
