"""What the nodes of a plan do, in the words of its flow."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from engine.expressions.tree import shown as written
from engine.plan import Grant, Node, Plan

__all__ = ["branch", "does", "flat", "waits"]

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def does(plan: Plan, node: Node) -> str:
    """What happens at a node, without what its gates and waits are."""
    words = _DOES.get(node.kind)
    return words(plan, node) if words is not None else node.kind


def _verify(plan: Plan, node: Node) -> str:
    ways = [f"{way['tool']} {_by(way)}" for way in node.data["ways"]]
    return f"verify the customer by {listed(ways, 'or')}, at most {counted(node.data['attempts'], 'attempt')}"


def _by(way: Mapping[str, Any]) -> str:
    if "signed_in" in way:
        return f"by {listed(way['signed_in'].values(), 'and')} of the sign-in"
    return f"with {listed(way['with'], 'and')}"


def _ask(plan: Plan, node: Node) -> str:
    fields = (_field(name, field) for name, field in node.data["fields"].items())
    return f"ask {node.data.get('of', 'the customer')} for {listed(fields, 'and')}"


def _read(plan: Plan, node: Node) -> str:
    return f"read {node.data['tool']}{_arguments(node.data['arguments'])}"


def _propose(plan: Plan, node: Node) -> str:
    tool = node.data["tool"]
    return f"prepare {tool} ({plan.tools[tool].effect}){_arguments(node.data['arguments'])}"


def _agent(plan: Plan, node: Node) -> str:
    data, most = node.data, node.data["max"]
    goal = quoted(data["goal"]) + (f" by {data['policy']['path']}" if "policy" in data else "")
    bounds = f"at most {counted(most['model_calls'], 'call')} of the model"
    turns = f" and {counted(most['customer_turns'], 'turn')} of the customer" if most["customer_turns"] else ""
    time = f", {duration(most['time'])} in all" if most.get("time") else ""
    return f"agent: {goal} with {listed(data['tools'], 'and') or 'no tools'}, {bounds}{turns}{time}"


def _judge(plan: Plan, node: Node) -> str:
    return f"judge: {quoted(node.data['question'])} {listed(node.data['answers'], 'or')}"


def _escalate(plan: Plan, node: Node) -> str:
    team = node.data["to"] or plan.settings.get("escalate", {}).get("to")
    return f"a person{f' of {team}' if team else ''} takes over"


def _transfer(plan: Plan, node: Node) -> str:
    to = node.data["to"]
    return f"go on in {to or 'the flow whose examples fit best, by ' + node.data['threshold'] + ' at least'}"


def _parallel(plan: Plan, node: Node) -> str:
    return f"at once: {listed((name[1:] for name in node.on if name.startswith('&')), 'and')}"


def _began(start: Mapping[str, Any]) -> str:
    """What begins a flow that no customer begins."""
    if "schedule" not in start:
        return f"the event {start.get('event', '')} begins it"
    schedule = start["schedule"]
    if "every" in schedule:
        return f"it begins every {duration({'seconds': schedule['every']})}"
    days = listed(schedule["on"], "and") if schedule["on"] else "every day"
    return f"it begins at {listed(schedule['at'], 'and')}, {days}"


def waits(plan: Plan, node: Node) -> str:
    """For whom and how long a node waits; empty where it does not."""
    data = node.data
    if "deadline" in data:
        team = data.get("of") or data.get("team")
        return f"waits for {team}, at most {duration(data['deadline'])}{_reminded(data)}"
    if "silence" in data:
        silence = data["silence"]
        return f"waits for the customer, at most {duration(silence['within'])}{_reminded(silence)}"
    return ""


def gate(plan: Plan, node: Node) -> str:
    """One gate of a write, as its grant says it."""
    data, grant = node.data, _grant(plan, node)
    match data["gate"]:
        case "only_if":
            return f"only if {_line(grant.only_if, data['line'])}"
        case "limit":
            return f"limit {listed((limit['name'] for limit in grant.limit), 'and')}"
        case "confirm":
            return f"the customer confirms {quote(data['text'])}"
        case "approve":
            test = _line(grant.approve, data["line"])
            then = "".join(f", then {team}" for team in data.get("then", ()))
            return f"approval by {data['team']}{then}{f' if {test}' if test else ''}"
    return str(data["gate"])


def branch(wanted: Mapping[str, Any]) -> str:
    """One of the things that a `wait` is for."""
    if "time" in wanted:
        return duration(wanted["time"])
    return "any reply of the customer" if "reply" in wanted else f"the event {wanted['event']}"


def shown(tree: Any) -> str:
    """An expression as its author wrote it."""
    return written(_own_names(tree))


def _own_names(tree: Any) -> Any:
    match tree:
        case ["name", str(name)]:
            return ["name", _own(name)]
        case list():
            return [_own_names(part) for part in tree]
    return tree


def _grant(plan: Plan, node: Node) -> Grant:
    tool = plan.nodes[node.data["intent"]].data["tool"]
    return plan.grants.get(tool) or Grant(tool)


def _line(lines: tuple[Any, ...], number: int) -> str:
    return str(lines[number - 1]["text"]) if 0 < number <= len(lines) else ""


def _field(name: str, field: Mapping[str, Any]) -> str:
    match field.get("options"):
        case ["list", *words]:
            return f"{name} ({listed((str(word[1]) for word in words), 'or')})"
        case None:
            return name
        case tree:
            return f"{name} ({field['kind'].replace('_', ' ')} {shown(tree)})"


def _arguments(arguments: Mapping[str, Any]) -> str:
    said = [f"{name}: {shown(tree)}" for name, tree in arguments.items()]
    return f" with {', '.join(said)}" if said else ""


def _reply(data: Mapping[str, Any]) -> str:
    if "write" in data:
        return f"reply, written from {listed(data['using'], 'and')}: {quoted(data['write'])}"
    return "reply " + " / ".join(f"{language + ': ' if language else ''}{quote(tree)}"
                                 for language, tree in data["texts"].items())  # fmt: skip


def _subject(cases: list[Any]) -> str:
    match cases[0]["test"] if cases else None:
        case ["cmp", value, *_]:
            return shown(value)
    return "a value"


def _own(name: str | None) -> str:
    """A name as its author wrote it: within a shared piece it has the piece's place before it."""
    return (name or "?").rpartition("/")[2]


def _reminded(data: Mapping[str, Any]) -> str:
    after = listed(map(duration, data.get("remind", ())), "and")
    return f", reminded after {after}" if after else ""


def duration(span: Mapping[str, int]) -> str:
    """`2 business days`, `90 minutes`."""
    if span.get("business_days"):
        return counted(span["business_days"], "business day")
    seconds = span.get("seconds", 0)
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds % size == 0 and seconds >= size), _UNITS[-1])
    return counted(seconds // size, unit)


def counted(number: int, unit: str) -> str:
    """`1 day`, `3 days`."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def listed(words: Iterable[str], last: str) -> str:
    """`a, b or c`."""
    said = [*words]
    return f" {last} ".join(part for part in (", ".join(said[:-1]), *said[-1:]) if part)


def quote(tree: Any) -> str:
    """A text of the plan in quotation marks, as its author wrote it."""
    parts = tree[1:] if tree[:1] == ["text"] else [tree]
    return quoted("".join(_piece(part) for part in parts))


def _piece(tree: Any) -> str:
    match tree:
        case ["lit", str(text)]:
            return text
        case ["when" | "for", *_]:
            return shown(tree)
    return f"{{{{ {shown(tree)} }}}}"


def quoted(text: str) -> str:
    """On one line, between quotation marks."""
    return f"“{flat(text)}”"


def flat(text: str) -> str:
    """On one line, without characters that a terminal or a browser acts on."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


_DOES: Final[Mapping[str, Callable[[Plan, Node], str]]] = {
    "start": lambda plan, node: _began(plan.settings.get("start", {})),
    "verify": _verify,
    "ask": _ask,
    "search": lambda plan, node: f"search {listed(node.data['collections'], 'and')} for {quote(node.data['query'])}",
    "read": _read,
    "propose": _propose,
    "gate": lambda plan, node: gate(plan, node),
    "call": lambda plan, node: f"call {node.data['tool']}",
    "reply": lambda plan, node: _reply(node.data),
    "judge": _judge,
    "agent": _agent,
    "branch": lambda plan, node: f"if {shown(node.data['test'])}",
    "switch": lambda plan, node: f"switch on {_subject(node.data['cases'])}",
    "repeat": lambda plan, node: f"repeat {does(plan, plan.nodes[f'{node.id}/until'])}",
    "until": lambda plan, node: f"until {shown(node.data['test'])}, at most {counted(node.data['most'], 'time')}",
    "wait": lambda plan, node: f"wait for {listed(map(branch, node.data['branches']), 'or')}",
    "each": lambda plan, node: f"for each {node.data['item']} in {shown(node.data['in'])}, at most {node.data['most']}",
    "next": lambda plan, node: f"the next {node.data['item']}, if there is one",
    "set": lambda plan, node: f"set {_own(node.binds)} to {shown(node.data['value'])}",
    "parallel": _parallel,
    "join": lambda plan, node: "where the branches meet",
    "use": lambda plan, node: f"use the shared piece {node.data['piece']}",
    "give": lambda plan, node: f"give {listed(node.data['values'], 'and') or 'nothing'}",
    "transfer": _transfer,
    "escalate": _escalate,
    "close": lambda plan, node: f"close as {node.data['outcome']}",
}
"""Kind of node -> what is said of one."""
