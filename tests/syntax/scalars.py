"""Random scalars in every style of YAML, made of words that are unique in the file: a place is right if its word is."""

import re
from random import Random

import yaml

__all__ = ["STYLES", "Scalar", "file_with", "words_of"]

LETTERS = "abcxyzäßé日本語한글🙂👩🏽𝔘\u0301\u200d\u0663"
STYLES = ("plain", "flow", "'", '"', "|", ">")


def words_of(value: str) -> list[str]:
    """The words of a text, all of them different."""
    return [word for word in re.split("[ \t\n\r\x85\u2028\u2029]+", value) if word]


class Scalar:
    """How one text stands in a file. `lines` are its lines, the first to follow the key."""

    def __init__(self, chance: Random, style: str, number: int) -> None:
        self.chance = chance
        self.style = style
        self.words = [self._word(number * 100 + at) for at in range(chance.randint(1, 6))]
        self.lines = {"plain": self._plain, "flow": self._flow, "'": self._single, '"': self._double}.get(
            style, self._block
        )()

    def _word(self, number: int) -> str:
        core = "".join(self.chance.choices(LETTERS, k=self.chance.randint(0, 5)))
        mark = (
            self.chance.choice(["'", '"', "\\", "#", ":", "{{", "%", ""]) if self.style not in ("plain", "flow") else ""
        )
        return f"w{number}{mark}{core}"

    def _folded(self, words: list[str], gap: str = " ") -> list[str]:
        """Words over lines, with empty ones among them; deeper lines are as good as others."""
        lines = [words[0]]
        for word in words[1:]:
            roll = self.chance.random()
            if roll < 0.4:
                lines[-1] += self.chance.choice([gap, "  ", "\t"]) + word
            else:
                lines += [self.chance.choice(["", "  "])] if roll > 0.8 else []
                lines.append("    " + " " * self.chance.randint(0, 3) + word)
        return lines

    def _plain(self) -> list[str]:
        return self._folded(self.words)

    def _flow(self) -> list[str]:
        lines = self._folded(self.words)
        lines[0] = self.chance.choice(["[", "[first, ", "[{a: 1}, "]) + lines[0]
        lines[-1] += self.chance.choice(["]", " ]", ", last]"])
        return lines

    def _single(self) -> list[str]:
        lines = self._folded([word.replace("'", "''") for word in self.words])
        return [f"'{self.chance.choice(['', ' '])}{lines[0]}", *lines[1:-1], f"{lines[-1]}'"] if lines[1:] else [
            f"'{lines[0]}'"]  # fmt: skip

    def _double(self) -> list[str]:
        lines = self._folded(["".join(map(self._escaped, word)) for word in self.words])
        if len(lines) > 1 and lines[1] and self.chance.random() < 0.3:
            lines[0] += " \\"  # goes on in the next line without a blank of its own
        gap = self.chance.choice(["", "\\n", "\\t", "\\ ", "\\L"])
        return [f'"{gap}{lines[0]}', *lines[1:-1], f'{lines[-1]}"'] if lines[1:] else [f'"{gap}{lines[0]}"']

    def _escaped(self, char: str) -> str:
        if char in '"\\':
            return f"\\{char}"
        roll, code = self.chance.random(), ord(char)
        if roll > 0.3:
            return char
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08x}"

    def _block(self) -> list[str]:
        indent = self.chance.choice(["", "2", "4"])
        base = " " * (2 + int(indent or "3"))
        head = self.style + "".join(self.chance.sample([indent, self.chance.choice(["", "+", "-"])], 2))
        head += self.chance.choice(["", " # a comment", "  "])
        lines = [head, *[""] * self.chance.choice([0, 0, 1, 2])]
        for number, word in enumerate(self.words):
            if number and lines[-1] and self.chance.random() < 0.4:
                lines[-1] += self.chance.choice([" ", "\t", "   "]) + word
            else:
                deeper = self.chance.choice(["", "", "  ", "\t"]) if indent or number else ""
                lines += [base + deeper + word, *[""] * self.chance.choice([0, 0, 0, 1])]
        lines += [""] * self.chance.randint(0, 2)
        return lines


def file_with(chance: Random, scalars: list[Scalar]) -> str:
    """A file that holds them, each under a key of its own, as some editor would have saved it."""
    lines = [*["# a comment: ", ""][: chance.randint(0, 2)], "top:"]
    for number, scalar in enumerate(scalars):
        anchor = f"&anchor{number} " if chance.random() < 0.2 and scalar.style != "flow" else ""
        key = chance.choice([f"key{number}", f"'key {number}'", f"ключ{number}"])
        lines += [f"  {key}: {anchor}{scalar.lines[0]}", *scalar.lines[1:]]
    text = "\n".join(lines) + chance.choice(["\n", ""])
    text = text.replace("\n", chance.choice(["\n", "\n", "\r\n", "\r"]))
    return chance.choice(["", "\ufeff"]) + text


def undone(raw: str, style: str) -> str:
    """The characters that a part of a scalar stands for."""
    if style == "'":
        return raw.replace("''", "'")
    return str(yaml.load(f'"{raw}"', Loader=yaml.BaseLoader)) if style == '"' else raw
