"""What is wrong with the `api_key` of a model or an embedder: it names one variable of the environment, and no more."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from engine.catalogue import KEYS
from engine.project.contract import json_of
from engine.project.models import secret_of, secrets_in
from engine.project.scalars import Expr
from engine.rules.base_url import Wrong, is_pasted, written_anew
from engine.syntax import Broken

__all__ = ["wrong_key"]

_NAME: Final = r"(?P<name>[A-Za-z_][A-Za-z0-9_]{0,63})"
_SURE: Final = tuple(
    re.compile(form)
    for form in (
        rf"\$\{{?\{{?\s*(?:(?:env|secrets?)\.)?{_NAME}\s*\}}?\}}?",  # ${NAME}, $NAME, ${{ secrets.NAME }}
        rf"%{_NAME}%",
        rf"(?:env|secrets?)[.:/]{_NAME}",
        rf"\{{\s*(?:\w+\.)?{_NAME}\s*\}}",
        rf"\{{\{{\s*(?:\w+\.)?{_NAME}\s*\}}\}}",  # {{ env.NAME }}, {{ NAME }}
        rf"\{{\{{\s*secret\[[\"']{_NAME}[\"']\]\s*\}}\}}",
        rf"Bearer\s+\{{\{{\s*secret\.{_NAME}\s*\}}\}}",  # the engine says `Bearer` by itself
    )
)
"""How other tools name a variable."""
_VARIABLE: Final = re.compile(r"(?P<name>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)")
_ENDS: Final = ("_KEY", "_TOKEN", "_SECRET")


class _Meant(NamedTuple):
    name: str
    sure: bool


def wrong_key(what: str, provider: str, key: Expr) -> Iterator[Wrong]:
    """Of `what`, such as "the model `fast`". Nothing where a key itself stands there: `secret-in-file` says so."""
    if isinstance(key.tree, Broken) or secret_of(key) is not None or is_pasted(key.text):
        return
    meant = _meant(key)
    name = meant.name if meant else KEYS.get(provider, "MODEL_KEY")
    message = f"the `api_key` of {what} is no `{{{{ secret.NAME }}}}`: {_comes_to(key)}"
    tip = f'write `api_key: "{{{{ secret.{name} }}}}"` and set the variable {name} in the environment'
    if meant is None and not key.names:
        tip += "; if this is the key itself, have it revoked: git keeps it"
    fix = written_anew(key.text, f"{{{{ secret.{name} }}}}") if meant and meant.sure else None
    yield Wrong(message, tip, key.text.place, fix=fix)


def _meant(key: Expr) -> _Meant | None:
    text = key.text.value.strip()
    for form in _SURE:
        if match := form.fullmatch(text):
            return _Meant(match["name"], sure=_is_sure(text, match["name"]))
    if match := _VARIABLE.fullmatch(text):
        return _Meant(text, sure=text in KEYS.values() or text.endswith(_ENDS))
    names = list(dict.fromkeys(secrets_in(json_of(key))))
    return _Meant(names[0], sure=False) if len(names) == 1 else None


def _is_sure(text: str, name: str) -> bool:
    """Whether it can be no key by itself: `$hunter` may be one."""
    return name != "secret" and (name.isupper() or not text.startswith("$") or text.startswith("${"))


def _comes_to(key: Expr) -> str:
    """What a worker would make of it."""
    if not key.names:
        return "the text itself would be sent as the key"
    if key.names != {"secret"}:
        return "it reads something else than a variable of the environment"
    return "more than the name of one variable stands there, and all of it would be sent"
