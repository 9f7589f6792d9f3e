"""The plan: a flat graph of nodes with an edge for each outcome.

A plan is what `engine compile` prints and what travels in a workflow's input. Everything in it is JSON: no Python, no
secret, no YAML. Expressions stand in it as compiled trees (`engine.expressions`), so neither YAML's nor Jinja2's parser
runs in a workflow.

Node kinds, with what stands in `Node.data` and their outcomes (`Node.on`; an outcome that is not in `on` escalates):

    agent     goal, policy: {path, digest} (its text stands in the store), and what the step says
    start     of: event | schedule: takes up what a flow begins with that no customer begins; binds `event`    -> done
    verify    ways: [{tool, with: [field], signed_in: {argument: email | external_id}}],
              fields: {name: field}, attempts: int, silence
              -> done | failed | silent
    ask       fields: {name: field}, silence; for people: of: team, show: tree, deadline, remind
              -> done | silent | invalid | unsure | late
    search    query: tree, collections: [name], limit: int                  -> done
    read      tool, arguments: {name: tree}                                -> done | refused | an error | else
    propose   tool, arguments: {name: tree}: mints the intent of a write    -> done | else
    gate      gate: only_if | limit | confirm | approve, intent: id of the propose node, line: int,
              and for confirm: text: tree, silence; for approve: team, deadline, remind, then: [team]
              -> pass | refused | declined | silent | rejected | late
    call      tool, intent: id of the propose node                          -> done | refused | an error of the tool
    reply     texts: {language or "": tree} or write: text, using: [name]   -> done | unsure | blocked
    wait      branches: [{event, where: {field: tree}} | {reply: "any"} | {time: duration}]
              -> "1", "2", ... (the branch that matched)
    branch    test: tree, where: workflow | activity                        -> yes | no
    switch    cases: [{is: word, test: tree}], where                        -> "=word" ... | else
    each      in: tree, most, item: name, local: [name], gives: tree        -> next | done | too_many
    next      of: the each node, and the same: behind its body              -> next | done
    repeat    begins a loop                                                 -> next
    until     of: the repeat node, test: tree, most: behind its body        -> done | next | exhausted
    parallel  an edge "&name" for each branch, all taken at once            -> done (where they meet)
    join      of: the parallel node                                         -> done
    use       piece, needs: the way into a shared piece                     -> done
    give      values: {name: tree}: the way out of it                       -> done
    agent     goal, tools: {name: about}, using: [name], collections, gives: JSON Schema, max
              -> done | unsure | exhausted | say | "=tool" ...: the nodes of that call, which lead back here
    judge     question, answers: {word: [example]}, using: [name], threshold -> done | unsure
    set       value: tree                                                   -> done
    transfer  to: flow, or to: null with threshold: number                  -> unsure (success leaves the flow)
    escalate  to: team or null, reason: code                                (ends)
    close     outcome: solved | denied | withdrawn                          (ends)

`field` is {type: a type as JSON, kind: text|number|yes_no|date|money|one_of|some_of|pattern|..., options: tree or list,
show: tree, ask: tree, pattern, optional, if: tree}. `silence` is {remind: [duration], within: duration, otherwise:
an outcome}. A duration is {seconds: int} or {business_days: int}, a deadline also.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from engine.plan.revision import digest

__all__ = ["SCHEMA", "Grant", "Json", "Node", "Plan", "ToolContract", "node_id"]

SCHEMA = 1
"""Version of this form. The interpreter keeps reading every version that an open ticket may stand on."""

Json = Any


@dataclass(slots=True)
class Node:
    """One node: what it does, where each outcome leads, and what the rules may know of it. Nobody changes one; it is
    not frozen, since nodes are made by the thousand and a frozen one takes four times as long."""

    id: str
    kind: str
    on: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, Json] = field(default_factory=dict)
    binds: str | None = None
    """The name that holds the result, known from here on only over the edge `done`."""
    reads: tuple[str, ...] = ()
    """Names whose values the node reads; the interpreter hands their references to the activity."""
    establishes: tuple[str, ...] = ()
    """What holds over the passing edge, such as `verified`, `limit`, `consent`, `approval`."""
    effect: str | None = None
    """None, `read`, `write`, `irreversible` or `text` (something that a customer reads)."""

    def to_json(self) -> dict[str, Json]:
        """Without empty parts, so that a new optional part changes no digest."""
        full = {
            "id": self.id, "kind": self.kind, "on": dict(self.on), "data": dict(self.data), "binds": self.binds,
            "reads": list(self.reads), "establishes": list(self.establishes), "effect": self.effect,
        }  # fmt: skip
        return {key: value for key, value in full.items() if value not in (None, [], {})}

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Self:
        """The inverse of `to_json`."""
        return cls(
            id=data["id"],
            kind=data["kind"],
            on=data.get("on", {}),
            data=data.get("data", {}),
            binds=data.get("binds"),
            reads=tuple(data.get("reads", ())),
            establishes=tuple(data.get("establishes", ())),
            effect=data.get("effect"),
        )


@dataclass(frozen=True, slots=True)
class ToolContract:
    """What a flow relies on of a tool. How the call is made (address, headers) is the worker's, not the plan's."""

    tool: str
    effect: str
    """`read`, `write` or `irreversible`."""
    input: Mapping[str, Json]
    output: Mapping[str, Json]
    """JSON Schemas, with `money`, `format` and `timezone` annotations."""
    facts: Mapping[str, Json] = field(default_factory=dict)
    """name -> {tool, arguments: {name: tree over this call's arguments}}"""
    errors: Mapping[str, Json] = field(default_factory=dict)
    """name -> {status, body, not_done: bool}"""
    idempotency: Mapping[str, Json] = field(default_factory=dict)
    """{header, keeps: seconds}: the vendor's own key and for how long it remembers it. Empty: none."""
    find: Mapping[str, Json] = field(default_factory=dict)
    """{tool, arguments, where: tree}: the read-back that tells whether a call happened. Empty: none."""
    timeout: int = 30
    """Seconds for the whole exchange."""
    source: Mapping[str, Json] = field(default_factory=dict)
    """What is called, where a contract pins it: {operation, digest} of an OpenAPI document, {server, tool, digest} of
    MCP, {function}. Empty for `http`."""

    def to_json(self) -> dict[str, Json]:
        """All parts: a contract's digest covers everything an approver relied on. `source` where there is one."""
        full = {
            "tool": self.tool, "effect": self.effect, "input": self.input, "output": self.output, "facts": self.facts,
            "errors": self.errors, "idempotency": self.idempotency, "find": self.find, "timeout": self.timeout,
        }  # fmt: skip
        return {**full, "source": dict(self.source)} if self.source else full

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Self:
        """The inverse of `to_json`."""
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a flow allows of one tool: trees over the call's arguments, `customer`, `ticket`, the tool's facts and,
    for a read, `result`."""

    tool: str
    only_if: tuple[Json, ...] = ()
    """[{tree, text}], the text being the line as its author wrote it: the reason that people read."""
    limit: tuple[Json, ...] = ()
    """[{count: int | None, amount: {value, currency} | None, subject: tree, name: text, window: seconds | None}]"""
    confirm: Json = None
    """A tree for the text, or None where a write declares `confirm: no`."""
    approve: tuple[Json, ...] = ()
    """[{by: team, if: tree | None, text, edit: [argument], remind: [duration], within: duration,
    fallback: [{by, remind, within}]}]: `fallback` are the teams that are asked in turn where nobody decides in time."""

    def to_json(self) -> dict[str, Json]:
        """Without empty parts."""
        full = {
            "tool": self.tool, "only_if": list(self.only_if), "limit": list(self.limit), "confirm": self.confirm,
            "approve": list(self.approve),
        }  # fmt: skip
        return {key: value for key, value in full.items() if value not in (None, [])}

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Self:
        """The inverse of `to_json`."""
        return cls(
            tool=data["tool"],
            only_if=tuple(data.get("only_if", ())),
            limit=tuple(data.get("limit", ())),
            confirm=data.get("confirm"),
            approve=tuple(data.get("approve", ())),
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """A compiled flow. `places` and `title` tell people where a node comes from and are outside the digest."""

    flow: str
    entry: str
    nodes: Mapping[str, Node]
    owner: str
    grants: Mapping[str, Grant] = field(default_factory=dict)
    tools: Mapping[str, ToolContract] = field(default_factory=dict)
    scalars: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """name -> dotted paths that conditions in the workflow read: all that ever stands in a history of a value."""
    types: Mapping[str, Json] = field(default_factory=dict)
    settings: Mapping[str, Json] = field(default_factory=dict)
    """silence, meanwhile, escalate {to, when: {confidence, sentiment, customer_turns, topics}}, knowledge, models,
    prompts (digest of the templates), guardrails, data, rollout {mode, share}, languages, currency, timezone,
    calendar, calendars (of teams with their own, by team), about, examples, not, survey (csat, or not there), and in a
    flow that no customer
    begins, start: {event, with: {field: type}, opens} or {schedule: {at, on} or {every: seconds}}."""
    places: Mapping[str, str] = field(default_factory=dict)
    """node id -> `flows/refund.yaml:31`"""
    title: str = ""
    schema: int = SCHEMA

    def body(self) -> dict[str, Json]:
        """What the revision is the digest of."""
        return {
            "schema": self.schema,
            "flow": self.flow,
            "entry": self.entry,
            "owner": self.owner,
            "nodes": {name: node.to_json() for name, node in self.nodes.items()},
            "grants": {name: grant.to_json() for name, grant in self.grants.items()},
            "tools": {name: tool.to_json() for name, tool in self.tools.items()},
            "scalars": {name: list(paths) for name, paths in self.scalars.items()},
            "types": dict(self.types),
            "settings": dict(self.settings),
        }

    def to_json(self) -> dict[str, Json]:
        """The body with what is outside the digest."""
        return {**self.body(), "places": dict(self.places), "title": self.title}

    @classmethod
    def from_json(cls, data: Mapping[str, Json]) -> Self:
        """The inverse of `to_json`. Raises KeyError or TypeError for what is no plan."""
        return cls(
            flow=data["flow"],
            entry=data["entry"],
            owner=data["owner"],
            nodes={name: Node.from_json(node) for name, node in data["nodes"].items()},
            grants={name: Grant.from_json(grant) for name, grant in data.get("grants", {}).items()},
            tools={name: ToolContract.from_json(tool) for name, tool in data.get("tools", {}).items()},
            scalars={name: tuple(paths) for name, paths in data.get("scalars", {}).items()},
            types=data.get("types", {}),
            settings=data.get("settings", {}),
            places=data.get("places", {}),
            title=data.get("title", ""),
            schema=data.get("schema", SCHEMA),
        )


def node_id(kind: str, name: str | None, path: str, content: Json) -> str:
    """The node's own name where it has one, else its path and a digest of its content: never an ordinal alone.

    `path` is the path of enclosing steps without ordinals, such as `refund/otherwise.refused`.
    """
    said = name or f"{kind}-{digest(content)[:6]}"
    return f"{path}/{said}" if path else said
