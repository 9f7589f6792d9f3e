"""The lines of the files that findings point into."""

from collections.abc import Mapping

__all__ = ["Lines"]


class Lines(dict[str, list[str]]):
    """path -> the lines of that source, split once: a file can have as many findings as lines."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        super().__init__()
        self.sources = sources

    def __missing__(self, path: str) -> list[str]:
        text = self.sources.get(path, "").removeprefix("\ufeff")
        lines = self[path] = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return lines
