"""Texts to check an exported model on, where no data is at hand."""

__all__ = ["SENTENCES"]

SENTENCES = (
    "A slow start, but what an ending!",
    "I want my two hours back.",
    "The delivery came a day early and everything in it was whole.",
    "Nobody answered the phone, and the refund never arrived.",
    "It works. Mostly.",
    "Not bad, not good; it fills an evening.",
    "",
    "?!",
    "👍👍👍",
    "Schöne Bilder, aber die Handlung trägt keine zwei Stunden.",
    "WORST. SEQUEL. EVER.",
    "The first half drags its feet through every harbour of the coast, and then the storm begins. " * 40,
)
"""Short and long, blank and loud: what a model meets, and what padding and truncation make of it."""
