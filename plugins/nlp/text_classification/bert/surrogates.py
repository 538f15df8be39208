"""Text that is no Unicode: half a surrogate pair, as cut JSON escapes leave behind."""

__all__ = ["well_formed"]


def well_formed(text: str) -> str:
    """Return `text` with whole surrogate pairs joined and lone halves replaced by U+FFFD; tokenizers refuse these."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
