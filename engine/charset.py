"""How the letters of a file are written, where nothing says it."""

__all__ = ["single_bytes"]


def single_bytes(data: bytes) -> bool:
    """Whether letters beyond ASCII are single bytes, in what is no UTF-8: most of them are no part of a character of
    UTF-8. One damaged letter does not make a file of UTF-8 another."""
    text = data.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    return wrong > sum(one > "\x7f" for one in text) - wrong
