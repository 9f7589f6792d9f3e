"""A secret that stands in a file, and so in git and in every clone of it. No message ever shows it."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from engine.diagnostics import Diagnostic, Label, Place, Sink
from engine.rules.base import Case, Rule

__all__ = ["RULE", "blotted", "hide"]

_SHAPES = [
    ("a private key", ("PRIVATE KEY-----",),
     r"-----BEGIN [A-Z ]*PRIVATE KEY-----(?:.|\n)*?(?:-----END [A-Z ]*-----|\Z)"),
    ("an API key", ("sk-", "sk_", "pk-", "pk_", "rk_"), r"(?<![A-Za-z0-9_-])(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}"),
    ("a key of AWS", ("AKIA", "ASIA"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a token of GitHub", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
     r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,})"),
    ("a token of GitLab", ("glpat-",), r"\bglpat-[A-Za-z0-9_-]{16,}"),
    ("a token of Slack", ("xox",), r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"),
    ("a key of Google", ("AIza",), r"\bAIza[0-9A-Za-z_-]{35}"),
    ("a signed token", ("eyJ",), r"(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]+)?"),
    ("a bearer token", ("Bearer ",), r"(?<=Bearer )[A-Za-z0-9._~+/=-]{12,}"),
    ("a password", ("Basic ",), r"(?<=Basic )[A-Za-z0-9+/=]{12,}"),
    ("a password", ("://",), r"(?<=://)[^\s/:@{}]+:[^\s/@{}]+(?=@)"),
]  # fmt: skip
"""What it is, words of which one stands in every file that holds it, and its form."""
_MARKS = [word for _, words, _ in _SHAPES for word in words]
"""All of these words: in most files there is none, so that no form is looked for."""
_NAMES = ("password", "passwd", "secret", "token", "api_key", "apikey")
_NAMED = re.compile(
    r"(?i)(?:password|passwd|secret|token|api_?key)[a-z_-]{0,30}[\"']?:[ \t]+[\"']?"
    r"(?P<value>[^\s\"'{}\[\],#]{8,})"
)
"""A value of which the key says what it is. `{{ secret.NAME }}` is none.

No pattern here begins anew inside what it has looked through, so that any file is read in one go."""
_WORD = re.compile(r"[A-Za-z0-9+=_-]{32,}")
_LONG = 32
"""Characters of a word that may be random."""
_MIXED = re.compile(r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])[^0-9]*[0-9]")
_RANDOM = 4.2
"""Bits a character (Shannon): words of a language stay below four, random letters and digits come near six."""


class Secret(NamedTuple):
    """What it is, and its characters in the file."""

    what: str
    start: int
    end: int


def check(case: Case, sink: Sink) -> None:
    """By the shapes that vendors give their keys, by the name of a key, and by how random a long word is."""
    for path, text in case.project.sources.items():
        for secret in found(text):
            line = text.count("\n", 0, secret.start) + 1
            column = secret.start - (text.rfind("\n", 0, secret.start) + 1) + 1
            ends = text.find("\n", secret.start, secret.end)
            place = Place(path, line, column, line, column + (secret.end if ends < 0 else ends) - secret.start)
            message = f"{secret.what} stands here: whoever reads this file has it"
            tip = "write `{{ secret.NAME }}`, set it in the environment, and have this one revoked: git keeps it"
            sink.error("secret-in-file", place, message, tip=tip)


def found(text: str) -> list[Secret]:
    """Every secret of a text, those within another one left out."""
    kept: list[Secret] = []
    for secret in sorted(_candidates(text), key=lambda secret: (secret.start, -secret.end)):
        if not kept or secret.start >= kept[-1].end:
            kept.append(secret)
    return kept


def _candidates(text: str) -> Iterator[Secret]:
    marks = {word for word in _MARKS if word in text}
    for what, words, shape in _SHAPES if marks else ():
        if marks.isdisjoint(words):
            continue
        found = (match for match in re.finditer(shape, text) if what != "an API key" or _plausible(match[0]))
        yield from (Secret(what, *match.span()) for match in found)
    lower = text.lower()
    for match in _NAMED.finditer(text) if [word for word in _NAMES if word in lower] else ():
        if _plausible(match["value"]):
            yield Secret("a secret", *match.span("value"))
    for start, part in _long_parts(text):
        for match in _WORD.finditer(part):
            if _is_random(match[0]):
                yield Secret("a long random word, such as a key,", start + match.start(), start + match.end())


def _long_parts(text: str) -> Iterator[tuple[int, str]]:
    """What no blank divides and is long enough to hold such a word, with where it begins: little of a text is."""
    at = 0
    for part in [part for part in text.split() if len(part) >= _LONG]:
        at = text.index(part, at)
        yield at, part
        at += len(part)


def _plausible(value: str) -> bool:
    """Words and paths are none: a secret has a digit in it, or signs."""
    return any(char.isdigit() for char in value) and not value.startswith(("/", "$"))


def _is_random(word: str) -> bool:
    if not _MIXED.match(word):
        return False
    counts = Counter(word)
    return -sum(n / len(word) * math.log2(n / len(word)) for n in counts.values()) >= _RANDOM


def among(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether a finding of this rule is among them: then secrets are hidden in all that is shown."""
    return any(one.rule == RULE.name for one in diagnostics)


def secrets(sources: Mapping[str, str]) -> list[str]:
    """Every secret of the texts, on one line, as messages quote a text."""
    return [" ".join(text[one.start : one.end].split()) for text in sources.values() for one in found(text)]


def hide(sources: dict[str, str]) -> None:
    """Puts stars in place of every secret in the texts, so that whoever shows a line of them shows none."""
    for path, text in sources.items():
        for secret in found(text):
            stars = re.sub(r"\S", "*", text[secret.start : secret.end])
            text = text[: secret.start] + stars + text[secret.end :]
        sources[path] = text


def blotted(diagnostics: Iterable[Diagnostic], secrets: list[str]) -> Iterator[Diagnostic]:
    """The same findings, with stars where a message quotes a secret."""
    for diagnostic in diagnostics:
        yield diagnostic._replace(
            message=_blot(diagnostic.message, secrets), tip=_blot(diagnostic.tip, secrets),
            labels=tuple(Label(label.place, _blot(label.message, secrets)) for label in diagnostic.labels),
            path=tuple(Label(label.place, _blot(label.message, secrets)) for label in diagnostic.path), fix=None,
        ) if secrets else diagnostic  # fmt: skip


_SHOWN = 12
"""Characters of a secret that give it away: messages cut what they quote."""


def _blot(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "***")
        start = text.find(secret[:_SHOWN])
        while start >= 0:
            end = start + _SHOWN
            while end < len(text) and text[end] == secret[end - start : end - start + 1]:
                end += 1
            text = f"{text[:start]}***{text[end:]}"
            start = text.find(secret[:_SHOWN])
    return text


RULE = Rule(
    "secret-in-file",
    check,
    floor=True,
    why="Whoever can read the repository, or any copy of it, can use the secret, for as long as it works.",
    mend="Write `{{ secret.NAME }}`, set it in the environment, and have the one in the file revoked.",
)
