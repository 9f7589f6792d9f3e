"""What goes wrong where an index is kept in a bucket, said plainly: no credentials, no bucket, no answer."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from engine.knowledge.base import IndexSilent, KnowledgeError

__all__ = ["no_bucket", "status", "told"]

_OURS: Final = re.compile(
    r"\blance\b|lance ?error|namespace: IO|Object at location|Generic \w+ error|Request precondition", re.IGNORECASE
)
"""How Lance and obstore begin what they say of a store; everything else that is raised is no matter of it."""
_STATUS: Final = re.compile(r"status(?: code)?: (\d{3})")
_NO_BUCKET: Final = re.compile(
    r"NoSuchBucket|ContainerNotFound|specified (?:bucket|container) does not exist", re.IGNORECASE
)
_SAID: Final = (
    (re.compile(r"Incompatible transaction|commit conflict", re.IGNORECASE), "another run has begun to write it"),
    (_NO_BUCKET, "there is no such bucket: make it, or correct `knowledge.index` of engine.yaml"),
    (re.compile(r"InvalidAccessKeyId|Invalid Access Key|AuthenticationFailed|SignatureDoesNotMatch|ExpiredToken|"
                r"InvalidToken|SAS query pair|status(?: code)?: 401"),
     "the server does not know these credentials: see that the variables of the environment are right"),
    (re.compile(r"service account file|CryptoProvider error"),
     "the file of credentials that the environment names is not there, or is none"),
    (re.compile(r"/latest/(?:api|meta-data)|metadata\.google\.internal|169\.254\.|[Mm]issing.{0,40}(?:credential|account)|"
                r"[Cc]redential.{0,60}(?:not|no )|[Aa]ccount must be specified"),
     "there are no credentials for it: the environment has none, and this machine has no role of its own"),
    (re.compile(r"AccessDenied|Forbidden|status(?: code)?: 403|necessary privileges"),
     "the server refuses (403): these credentials must be let read, list, write and delete there"),
    (re.compile(r"invalid path: "),
     "an object there has a name with `//`, `.` or `..`, which is none of the index: remove it"),
    (re.compile(r"PermanentRedirect|status(?: code)?: 301|redirect", re.IGNORECASE),
     "the bucket is in another region: set AWS_REGION"),
)  # fmt: skip
"""What an error's text holds -> in words; the first that fits counts. The text itself is never shown: it is long, and
has addresses that may be signed."""
_SILENT: Final = re.compile(
    r"error sending request|kind: (?:Connect|Timeout)|ConnectError|operation timed out|dns error"
)


@contextmanager
def told(url: str, doing: str, then: str = "", *, broken: str = "") -> Iterator[None]:
    """Raises `KnowledgeError` for what a store raises, `IndexSilent` for what passes: that the index at `url` cannot be
    `doing`, why, and what holds `then`. `broken`: what is to be done where only LanceDB knows why."""
    try:
        yield
    except KnowledgeError:
        raise
    except Exception as error:
        why = _why(error, broken)
        if why is None:
            raise
        message = f"the index in {url} cannot be {doing}: {why.words}"
        raise why.kind(f"{message}; {then}" if then else message) from error


class _Why(NamedTuple):
    words: str
    kind: type[KnowledgeError] = KnowledgeError


def _why(error: Exception, broken: str) -> _Why | None:
    """None where it is no matter of the store."""
    from obstore.exceptions import BaseError

    text = str(error)
    if not isinstance(error, BaseError) and not _OURS.search(text):
        return None
    said = next((words for shape, words in _SAID if shape.search(text)), None)
    if said is not None:
        return _Why(said)
    answered = status(error)
    if answered is not None:
        passes = answered >= 500 or answered == 429
        return _Why(f"its server answers {answered}", IndexSilent if passes else KnowledgeError)
    if _SILENT.search(text):
        return _Why("its server does not answer", IndexSilent)
    return _Why("LanceDB cannot go on with its files" + (f": {broken}" if broken else ""))


def status(error: Exception) -> int | None:
    """What a server answered."""
    found = _STATUS.search(str(error))
    return int(found[1]) if found else None


def no_bucket(error: Exception) -> bool:
    """Whether it is the bucket that is not there, and not an object in it."""
    return bool(_NO_BUCKET.search(str(error)))
