"""Types of every expression of a flow, at the place where it is evaluated, with what is known there."""

from collections.abc import Iterable, Iterator, Mapping

from engine.compile.analysis import State
from engine.compile.flow import Compiled
from engine.compile.graph import CONDITION, TEXT, Env, Site
from engine.compile.names import TICKET, customer, sure
from engine.diagnostics import Diagnostic, Label, Place, Sink
from engine.expressions import Tree, comparison, infer
from engine.project.contract import Tool, json_of
from engine.project.grant import GrantEntry
from engine.project.scalars import Expr, decimal
from engine.project.shape import shortened
from engine.project.step import StepKind
from engine.syntax import Broken
from engine.types import (
    BOOL,
    NONE,
    UNKNOWN,
    EnumType,
    ListType,
    MoneyType,
    OptionalType,
    Type,
    fields_of,
    is_known,
    is_printable,
    is_subtype,
    optional,
    required,
    show,
)
from engine.types import (
    TEXT as TEXT_TYPE,
)

__all__ = ["expect", "gate_names", "type_flow", "without_secret"]


_NAMES = frozenset({"unknown-name", "unknown-field", "value-before-set"})


def type_flow(flow: Compiled, sink: Sink) -> None:
    """Every expression of the steps that can be reached, then those of the grants.

    Where a step or a condition is wrong, nobody can tell what may be missing behind it: nothing is said of that.
    """
    lost = _lost(flow)
    unsure = flow.flow.lost or any(record.step.broken for record in flow.graph.steps)
    found: list[Diagnostic] = []
    own = Sink()
    for name, sites in flow.graph.sites.items():
        state = flow.states.get(name)
        if state is not None:
            for site in sites:
                names = site.local(state.names) if site.local else state.names
                _site(flow, site, _known(flow, site.expr, names, lost, own), own)
                if len(own):
                    found += (_explained(flow, site.expr, state, finding) for finding in own.ordered())
                    unsure = unsure or (site.role == CONDITION and any(one.rule in _NAMES for one in own.ordered()))
                    own = Sink()
    for finding in _once(found):
        missing = finding.rule == "maybe-missing" or "or missing" in finding.message
        if not (missing and unsure):
            sink.add(finding)
    for tool, (_, grant) in flow.flow.grants().items():
        if tool in flow.project.tools:
            _grant(flow, flow.project.tools[tool], grant, sink)


def _once(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """A name that is not there is one finding, however often it is read: most often its step has it misspelt."""
    names: dict[tuple[str, str], list[Diagnostic]] = {}
    for finding in found:
        if finding.rule == "unknown-name":
            names.setdefault((finding.place.path, finding.message.split("`")[1]), []).append(finding)
        else:
            yield finding
    for same in names.values():
        first, *others = sorted(same, key=lambda finding: finding.key)
        labels = (*first.labels, *(Label(other.place, "it is read here too") for other in others))
        yield first._replace(labels=labels, fix=None) if others else first


def _explained(flow: Compiled, expr: Expr, state: State, finding: Diagnostic) -> Diagnostic:
    """The finding points at the step that sets what is meant, or that may not have run where a value may be missing."""
    if finding.rule == "unknown-name" and finding.fix is not None:
        near = finding.fix.text
        labels = [
            Label(flow.graph.places[binder], f"`{near}` is set here") for binder in flow.graph.binders.get(near, ())
        ]
        return finding._replace(labels=tuple(labels[:1]))
    if finding.rule != "maybe-missing":
        return finding
    labels = [
        Label(flow.graph.places[binder], f"`{name}` is set here, and not on every way that leads on")
        for name in sorted(expr.names - state.bound)
        for binder in flow.graph.binders.get(name, ())
        if name != "customer"
    ]
    return finding._replace(labels=(*finding.labels, *labels))


def _lost(flow: Compiled) -> bool:
    """Whether a step, and so perhaps a name, could not be read."""
    keys = {"as", "ask", "set"}
    around = {name for name in flow.graph.broken if flow.graph.nodes[name].data.get("broken")}
    return (
        flow.flow.lost
        or flow.graph.beyond is not None
        or any(
            record.step.broken & keys or (record.entry in around and _holds(record.step)) for record in flow.graph.steps
        )
    )


def _holds(step: StepKind) -> bool:
    """Whether other steps stand in it, beside those of its `otherwise`."""
    return any(declared.shape.nests and name != "otherwise" for name, declared in step.KEYS.items())


def _known(flow: Compiled, expr: Expr, names: Env, lost: bool, sink: Sink) -> Env:
    """The names at a place, with those that are only bound later reported and silenced."""
    if not flow.flow.lost and expr.names <= names.keys():
        return names
    known = dict(without_secret(expr, names, sink))
    if flow.flow.lost:
        known["customer"] = UNKNOWN  # a `verify` may be what could not be read
    for name in sorted(expr.names - known.keys()):
        if name == "refused" or name in _named(flow):
            _before_set(flow, name, expr, sink)
            known[name] = UNKNOWN
        elif lost:
            known[name] = UNKNOWN
    return known


def without_secret(expr: Expr, names: Env, sink: Sink) -> Env:
    """The names, with `secret` reported and silenced where it does not belong."""
    if "secret" not in expr.names:
        return names
    message = "secrets are known only where a tool's call or a channel is described"
    sink.error("secret-outside-binding", place_of(expr, "secret"), message)
    return {**names, "secret": UNKNOWN}


def place_of(expr: Expr, name: str) -> Place:
    """Where an expression first reads a name."""
    found = [tree for tree in expr.tree.walk() if tree.kind == "name" and tree.parts[0] == name]
    first = min(found, key=lambda tree: tree.start, default=expr.tree)
    return expr.text.place_of(first.start, first.end)


def _named(flow: Compiled) -> Mapping[str, object]:
    """Every name that a step declares, whether or not the step could be lowered."""
    steps = (getattr(record.step, "name", None) for record in flow.graph.steps)
    return {**flow.graph.binders, **{text.value: text for text in steps if text is not None}}


def _before_set(flow: Compiled, name: str, expr: Expr, sink: Sink) -> None:
    binders = flow.graph.binders.get(name, ())
    if name != "refused" and not binders:
        return  # the step that binds it is broken, which was reported
    labels = [Label(flow.graph.places[binder], f"`{name}` is set here") for binder in binders]
    loops = [node for node in flow.graph.nodes.values() if node.kind == "each" and name in node.data["local"]]
    if loops:
        message = f"`{name}` is known inside the `each` alone that sets it"
        tip = f'collect it: `gives: "{{{{ {name} }}}}"` with `as: {name}s`, and read `{name}s` here'
        sink.error("value-before-set", place_of(expr, name), message, labels=labels, tip=tip)
        return
    if name == "refused":
        message = "`refused` is only known where a gate refused: in the steps of `otherwise: {refused: ...}`"
    else:
        message = f"`{name}` is not set yet on any way that leads here"
    sink.error("value-before-set", place_of(expr, name), message, labels=labels)


def _site(flow: Compiled, site: Site, names: Env, sink: Sink) -> None:
    if isinstance(site.expr.tree, Broken):
        return
    if site.role == "using":
        _using(site.expr, names, sink)
        return
    if site.role == "case":
        return  # the value alone was written; it is a site of its own
    found = infer(site.expr.tree, names, sink, site.expr.text)
    if site.role in ("options", "list") and not isinstance(found, OptionalType):
        if is_known(found) and not isinstance(found, ListType):
            does = "goes over" if site.role == "list" else "chooses from"
            _wrong(site.expr, f"`{site.what}` {does} a list, but this is {show(found)}", sink)
        return
    if site.role == "switch" and not isinstance(found, OptionalType):
        if is_known(found) and found != TEXT_TYPE and not isinstance(found, EnumType):
            _wrong(site.expr, f"`switch` goes by words, but this is {show(found)}", sink, "use `if`")
        return
    expect(site.expr, found, BOOL if site.role == CONDITION else site.expected, site.role, sink, site.what)


def _using(expr: Expr, names: Env, sink: Sink) -> None:
    """What a text may be written from may be missing: then it is left out."""
    from engine.compile.asking import path_of

    if path_of(json_of(expr)) is None:
        _wrong(expr, "expected a value by its name, such as `passages` or `refused.because`", sink)
    else:
        infer(expr.tree, sure(names, expr.names), sink, expr.text)


def expect(expr: Expr, found: Type, wanted: Type | None, role: str, sink: Sink, what: str = "") -> None:
    """Holds the type of an expression against what its place wants. Unknown types silence."""
    if not is_known(found):
        return
    if found == NONE or (isinstance(found, OptionalType) and not isinstance(wanted, OptionalType)):
        if wanted is not None or role in (CONDITION, TEXT, "options", "list", "switch"):
            _missing(expr, sink)
        return
    if role == CONDITION and not is_subtype(found, BOOL):
        tip = comparison(expr.text.value[expr.tree.start : expr.tree.end], found)
        _wrong(expr, f"a condition is true or false, but this is {show(found)}", sink, tip)
    elif role == TEXT and not is_printable(found):
        _wrong(expr, f"{show(found)} does not print by itself", sink, "use a filter such as `| money` or `| date`")
    elif wanted is not None and role not in (CONDITION, TEXT) and not is_subtype(found, wanted):
        _wrong(expr, f"{what} takes {show(wanted)}, but this is {show(found)}", sink, _amount_tip(expr, wanted))


def _amount_tip(expr: Expr, wanted: Type) -> str:
    """A number alone is no amount: whoever writes one is told the form."""
    inner, said = required(wanted), expr.text.value.strip("{} ")
    if not isinstance(inner, MoneyType) or decimal(said) is None:
        return ""
    return f"an amount has its currency: `{said} {inner.currency or 'EUR'}`"


def _missing(expr: Expr, sink: Sink) -> None:
    said = shortened(expr.text.value[expr.tree.start : expr.tree.end])
    tip = f"Ask first: `{said} is not none`; or give what holds otherwise: `{said} | default(...)`."
    place = expr.text.place_of(expr.tree.start, expr.tree.end)
    sink.error("maybe-missing", place, f"`{said}` may be missing here", tip=tip)


def _wrong(expr: Expr, message: str, sink: Sink, tip: str = "") -> None:
    place = expr.text.place_of(expr.tree.start, expr.tree.end) if isinstance(expr.tree, Tree) else expr.text.place
    sink.error("wrong-type", place, message, tip=tip)


# grants


def gate_names(flow: Compiled, tool: Tool) -> Env:
    """All that a grant sees: arguments, facts, `customer`, `ticket`, and `result` for a read."""
    if tool.name not in flow.gates:
        flow.gates[tool.name] = _gate_names(flow, tool)
    return flow.gates[tool.name]


def _gate_names(flow: Compiled, tool: Tool) -> Env:
    names: dict[str, Type] = {"ticket": TICKET, "customer": customer(flow.verifiers)}
    for fact, spec in tool.contract.facts.items():
        known = flow.project.tools.get(spec["tool"])
        names[fact] = known.output if known else UNKNOWN
    for argument, kind in fields_of(tool.input).items():
        names[argument] = kind if argument in tool.required else optional(kind)
    if not tool.writes:
        names["result"] = tool.output
    return names


def _grant(flow: Compiled, tool: Tool, grant: GrantEntry, sink: Sink) -> None:
    """A missing value closes a gate, so conditions need no guard; the text of `confirm` does."""
    names = gate_names(flow, tool)
    conditions = [*(grant.only_if or ()), *(line.test for line in grant.approve or () if line.test is not None)]
    for expr in conditions:
        if not isinstance(expr.tree, Broken):
            known = sure(without_secret(expr, names, sink), expr.names)
            found = infer(expr.tree, known, sink, expr.text, closes=True)
            expect(expr, required(found), BOOL, CONDITION, sink)
    for limit in grant.limit or ():
        subject = Expr(limit.part, limit.subject)
        if not isinstance(limit.subject, Broken):
            _subject(infer(limit.subject, sure(names, subject.names), sink, limit.part), subject, sink)
    if grant.asks_customer and isinstance(grant.confirm, Expr) and not isinstance(grant.confirm.tree, Broken):
        known = without_secret(grant.confirm, names, sink)
        expect(grant.confirm, infer(grant.confirm.tree, known, sink, grant.confirm.text), None, TEXT, sink)


def _subject(found: Type, expr: Expr, sink: Sink) -> None:
    """`per customer` counts by the id; else a limit counts by something that is one word or number."""
    if is_known(found) and not is_printable(found) and json_of(expr) != ["name", "customer"]:
        _wrong(expr, f"a limit counts per text or number, but this is {show(found)}", sink)
