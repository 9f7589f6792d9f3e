"""Rows of what tickets run on."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionRow:
    """A compiled plan that a validated load wrote."""

    revision: str
    flow: str
    digest: str
    plan: dict[str, Any] = field(repr=False)
    commit_id: str | None
    loaded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationRow:
    """Which revision of a flow new tickets take; `version` counts the changes."""

    flow: str
    revision: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonTokenRow:
    """A person's access token, known by its digest only."""

    digest: str
    person: str
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCallRow:
    """A call of a model. Amounts in billionths of a USD; `cost` is None until it is known, or where it never is."""

    id: str
    ticket_id: str
    epoch: int
    node: str
    job: str
    name: str
    model: str
    prompts: str | None
    state: Literal["begun", "answered", "failed"]
    because: str | None
    input_tokens: int | None
    cached_tokens: int | None
    output_tokens: int | None
    worst: int | None
    cost: int | None
    counted: int
    day: str
    begun_at: datetime
    settled_at: datetime | None
