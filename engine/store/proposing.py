"""Rows of what is to leave the engine, made within the transaction of what makes them necessary."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from engine.store import schema
from engine.store.rows import OutboundKind, OutboundRow
from engine.store.transaction import Transaction, mint

__all__ = ["Note", "found", "propose"]

_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Note(Generic[_R]):
    """The note to people about a row that is being made: its place within the step, and its text."""

    iteration: str
    text: Callable[[_R], str]


def propose(
    tx: Transaction, ticket_id: str, epoch: int, node: str, iteration: str, kind: OutboundKind, content: Any,
    guarded: Any = None,
) -> OutboundRow:  # fmt: skip
    """The row of this place, as it is if it is there; the ticket is locked."""
    tx.insert_new(
        schema.outbound, id=mint("o"), ticket_id=ticket_id, epoch=epoch, node=node, iteration=iteration,
        kind=kind, state="reserved", marker=secrets.token_hex(16), content=content, guarded=guarded,
        attempts=0, resent=0, created_at=tx.now(),
    )  # fmt: skip
    row = found(tx, ticket_id, epoch, node, iteration, kind)
    assert row is not None, "it was inserted, or was there"
    return row


def found(
    tx: Transaction, ticket_id: str, epoch: int, node: str, iteration: str, kind: OutboundKind
) -> OutboundRow | None:
    """The row of this place, if it is there."""
    row = schema.outbound.c
    query = sa.select(schema.outbound).where(
        row.ticket_id == ticket_id, row.epoch == epoch, row.node == node, row.iteration == iteration, row.kind == kind
    )
    return tx.first(OutboundRow, query)
