"""The codec: what stands in Temporal is sealed, and what is not sealed by a key of ours is refused.

AES-256-GCM. The key is derived for each workflow from an active key of the ring, and the namespace and workflow id are
authenticated: a payload of one ticket, or one that somebody made up, does not open in another ticket. The ids stand
readable beside the ciphertext, so that the codec server can open what it is shown; a worker compares them with its own.
"""

import base64
import binascii
import hmac
import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from engine.errors import EngineError
from engine.settings import Settings

__all__ = ["Bound", "KeyRing", "KeysRefused", "NotSealed", "SealedCodec", "data_converter", "opened", "ring_of"]

ENCODING = b"binary/sealed-v1"
_NONCE = 12
_KEY = 32
_MOST_PAYLOADS = 10_000


class KeysRefused(EngineError):
    """The key ring cannot be used: unreadable, of the wrong shape, or open to others than its owner."""

    code = "keys_refused"


class NotSealed(EngineError):
    """A payload that no key of the ring sealed, or that was sealed for another ticket. Its contents are not shown."""

    code = "not_sealed"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Keys by id. The active one seals, all of them open: a rotation adds a key and makes it the active one."""

    active: str
    keys: Mapping[str, bytes] = field(repr=False)

    @classmethod
    def make(cls) -> Self:
        """A ring with one random key."""
        name = secrets.token_hex(4)
        return cls(name, {name: secrets.token_bytes(_KEY)})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """`{"active": "a1", "keys": {"a1": "<32 bytes in base64>"}}`. Raises KeysRefused, which quotes nothing."""
        try:
            given = json.loads(text)
            keys = {str(name): base64.b64decode(key, validate=True) for name, key in given["keys"].items()}
            active = given["active"]
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
            raise KeysRefused('a key ring is {"active": "a1", "keys": {"a1": "<32 bytes in base64>"}}') from None
        if active not in keys or any(len(key) != _KEY for key in keys.values()):
            raise KeysRefused("a key ring has an active key, and every key has 32 bytes")
        return cls(active, keys)

    def to_json(self) -> str:
        """The inverse of `from_json`. Secret."""
        keys = {name: base64.b64encode(key).decode() for name, key in self.keys.items()}
        return json.dumps({"active": self.active, "keys": keys}, indent=2) + "\n"

    def rotated(self) -> "KeyRing":
        """With a new active key; the older ones still open what they sealed."""
        name = secrets.token_hex(4)
        return KeyRing(name, {**self.keys, name: secrets.token_bytes(_KEY)})

    @classmethod
    def load(cls, path: Path) -> Self:
        """From a file that only its owner reads. Raises KeysRefused, FileNotFoundError."""
        if path.stat().st_mode & 0o077:
            raise KeysRefused(f"{path.name} can be read by others: chmod 600")
        return cls.from_json(path.read_text(encoding="utf-8"))

    @classmethod
    def load_or_make(cls, path: Path) -> Self:
        """The file's ring; a new one, kept there, if there is none. Two processes that start at once get the same."""
        try:
            return cls.load(path)
        except FileNotFoundError:
            cls.make().save(path, replace_it=False)
            return cls.load(path)

    def save(self, path: Path, *, replace_it: bool = True) -> None:
        """Writes the file as a whole, readable by its owner alone. Without `replace_it` a file that is there stays."""
        path.parent.mkdir(parents=True, exist_ok=True)
        blank = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(blank, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(self.to_json())
                file.flush()
                os.fsync(file.fileno())
            if replace_it:
                blank.replace(path)
            else:
                _link_if_absent(blank, path)
        finally:
            blank.unlink(missing_ok=True)


def _link_if_absent(blank: Path, path: Path) -> None:
    try:
        os.link(blank, path)
    except FileExistsError:
        return  # another process was faster, and its keys hold


@dataclass(frozen=True, slots=True)
class Bound:
    """The ticket that a payload belongs to, as Temporal names it."""

    namespace: str
    workflow_id: str

    @property
    def bytes(self) -> bytes:
        """Both ids without ambiguity."""
        return json.dumps([self.namespace, self.workflow_id], ensure_ascii=True).encode()


class SealedCodec(PayloadCodec, WithSerializationContext):
    """Seals and opens payloads of the workflow that the serialization context names.

    `reads_any` opens payloads of any workflow by the ids that stand beside them: for the codec server alone, which
    shows people what they ask for and runs nothing.
    """

    def __init__(self, ring: KeyRing, *, bound: Bound | None = None, reads_any: bool = False) -> None:
        self._ring = ring
        self._bound = bound
        self._reads_any = reads_any

    def with_context(self, context: SerializationContext) -> "SealedCodec":
        """Bound to the workflow of the context. An activity that no workflow started has none, and is refused."""
        bound = None
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext) and context.workflow_id:
            bound = Bound(context.namespace, context.workflow_id)
        return SealedCodec(self._ring, bound=bound, reads_any=self._reads_any)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seals with the active key. Raises NotSealed where no workflow is known."""
        if self._bound is None:
            raise NotSealed("a payload outside a workflow is not sealed")
        return [self._seal(payload, self._bound) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Opens all of them, or raises NotSealed: plain, forged, of an unknown key, or of another workflow."""
        return [self._open(payload) for payload in payloads]

    def _seal(self, payload: Payload, bound: Bound) -> Payload:
        nonce = secrets.token_bytes(_NONCE)
        name = self._ring.active
        box = AESGCM(_derived(self._ring.keys[name], bound))
        sealed = box.encrypt(nonce, payload.SerializeToString(), _authenticated(name, bound))
        metadata = {
            "encoding": ENCODING, "key": name.encode(), "namespace": bound.namespace.encode(),
            "workflow": bound.workflow_id.encode(),
        }  # fmt: skip
        return Payload(metadata=metadata, data=nonce + sealed)

    def _open(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            raise NotSealed("a payload is not sealed")
        bound, name = _stated(payload)
        if not self._reads_any and bound != self._bound:
            raise NotSealed("a payload is sealed for another workflow")
        key = self._ring.keys.get(name)
        if key is None:
            raise NotSealed("a payload is sealed by a key that is not in the ring")
        nonce, sealed = payload.data[:_NONCE], payload.data[_NONCE:]
        try:
            opened = AESGCM(_derived(key, bound)).decrypt(nonce, sealed, _authenticated(name, bound))
            return Payload.FromString(opened)
        except (InvalidTag, ValueError):
            raise NotSealed("a payload was not sealed by its key") from None


def _stated(payload: Payload) -> tuple[Bound, str]:
    """The ids beside the ciphertext; they count for nothing until the seal is checked."""
    try:
        given = {key: payload.metadata[key].decode() for key in ("namespace", "workflow", "key")}
    except (KeyError, UnicodeDecodeError):
        raise NotSealed("a payload does not say for which workflow it is sealed") from None
    return Bound(given["namespace"], given["workflow"]), given["key"]


def _derived(key: bytes, bound: Bound) -> bytes:
    """A key for each workflow: random nonces would otherwise repeat after some 2^32 payloads of all tickets."""
    return hmac.digest(key, b"engine/payload/1:" + bound.bytes, "sha256")


def _authenticated(name: str, bound: Bound) -> bytes:
    return ENCODING + b":" + json.dumps(name).encode() + bound.bytes


def ring_of(settings: Settings) -> KeyRing:
    """The keys of this process: ENGINE_CODEC_KEYS, else the file of the project's state, made at its first use.

    Raises KeysRefused; also where the store is on a server: several hosts must share their keys, so nobody makes them.
    """
    if settings.codec_keys:
        return KeyRing.from_json(settings.codec_keys)
    path = settings.state / "keys.json"
    if settings.store_url.startswith("sqlite"):
        return KeyRing.load_or_make(path)
    try:
        return KeyRing.load(path)
    except FileNotFoundError:
        raise KeysRefused("give every host the same keys: ENGINE_CODEC_KEYS, or .engine/keys.json") from None


def data_converter(ring: KeyRing) -> DataConverter:
    """Temporal's default converter, with every payload sealed and the texts of failures among them."""
    return replace(
        DataConverter.default,
        payload_codec=SealedCodec(ring),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


async def opened(ring: KeyRing, document: Any) -> dict[str, Any]:
    """What the Temporal UI asks a codec server: `{"payloads": [...]}` in Temporal's JSON, opened.

    Raises NotSealed, and ValueError for what is no such document.
    """
    from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
    from temporalio.api.common.v1 import Payloads

    if not isinstance(document, dict):
        raise ValueError("expected payloads")
    try:
        payloads = ParseDict(document, Payloads())
    except (ParseError, TypeError, AttributeError):
        raise ValueError("expected payloads") from None
    if len(payloads.payloads) > _MOST_PAYLOADS:
        raise ValueError("too many payloads")
    found = await SealedCodec(ring, reads_any=True).decode(payloads.payloads)
    answer: dict[str, Any] = MessageToDict(Payloads(payloads=found))
    return answer
