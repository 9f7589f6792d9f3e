"""Random expressions over random typed names, most of them right. `Maker` follows types as an author does.

Some guards are wrong on purpose (`or` in place of `and`, the other branch): the checker must see it.
"""

from collections.abc import Callable, Mapping
from random import Random

from engine.types import (
    BOOL,
    DATE,
    DATETIME,
    DURATION,
    INTEGER,
    NUMBER,
    TEXT,
    EnumType,
    ListType,
    MapType,
    MoneyType,
    OptionalType,
    RecordType,
    Type,
    list_of,
    money,
    optional,
    required,
)

__all__ = ["Maker"]

Paths = Mapping[str, Type]
"""What can be read, as it is written -> its type."""


def paths(names: Mapping[str, Type]) -> Paths:
    """Every dotted path over names."""
    found: dict[str, Type] = {}
    waiting = [*names.items()]
    while waiting:
        path, kind = waiting.pop()
        found[path] = kind
        inner = required(kind)
        element = inner.element if isinstance(inner, ListType) else None
        if isinstance(inner, RecordType):
            missing = isinstance(kind, OptionalType)
            waiting += [(f"{path}.{key}", optional(part) if missing else part) for key, part in inner.items]
        elif isinstance(element, RecordType):
            found |= {f"{path}.{key}": list_of(part) for key, part in element.items}
    return found


def kind_of(kind: Type) -> str | None:
    """The currency of money."""
    inner = required(kind)
    return inner.currency if isinstance(inner, MoneyType) else None


class Maker:
    """Makes one expression. `noise` is the chance of something that no author should write."""

    def __init__(self, chance: Random, names: Mapping[str, Type], noise: float = 0.03) -> None:
        self.chance = chance
        self.names = names
        self.noise = noise

    def expression(self) -> str:
        """Of any type."""
        known = paths(self.names)
        kind = self.chance.choice([BOOL, BOOL, BOOL, NUMBER, TEXT, money("EUR"), DURATION, *known.values()])
        return self.make(kind, known, 4)

    def template(self) -> str:
        """A text with `{{ }}`, `{% if %}` and `{% for %}`."""
        known = paths(self.names)
        return "".join(self.part(known, 2) for _ in range(self.chance.randint(1, 3)))

    def part(self, known: Paths, depth: int) -> str:
        """One part of a template."""
        roll = self.chance.random()
        if depth and roll < 0.25:
            guard, inside = self.guard(known)
            other = self.part(known, depth - 1)
            return f"{{% if {guard} %}}{self.part(inside, depth - 1)}{{% else %}}{other}{{% endif %}}"
        lists = [(path, kind.element) for path, kind in known.items() if isinstance(kind, ListType)]
        if depth and lists and roll < 0.5:
            path, element = self.chance.choice(lists)
            inside = {**known, **paths({"item": element})}
            return f"{{% for item in {path} %}}{self.part(inside, depth - 1)}{{% endfor %}}"
        return f"Hi {{{{ {self.make(TEXT, known, depth + 1)} }}}}, "

    def make(self, kind: Type, known: Paths, depth: int) -> str:
        """An expression of a type, as far as one can be made."""
        roll = self.chance.random()
        if roll < self.noise:
            return self.chance.choice([*known, "nobody", "none", "7", "'paid'", "[]", "true"])
        if depth > 0 and roll < 0.2:
            return self.either(kind, known, depth)
        if depth > 0 and roll < 0.75:
            ways = self.ways(kind)
            if ways:
                return self.chance.choice(ways)(known, depth - 1)
        return self.leaf(kind, known, depth)

    def leaf(self, kind: Type, known: Paths, depth: int) -> str:
        """A name, a field, an element, or a value that is written out."""
        fitting = [path for path, found in known.items() if found == kind or required(found) == kind]
        sure = [path for path in fitting if known[path] == kind]
        if sure and self.chance.random() < 0.8:
            return self.chance.choice(sure)
        if fitting and self.chance.random() < 0.7:
            return f"({self.chance.choice(fitting)} | default({self.literal(kind, known, depth)}))"
        lists = [
            path for path, found in known.items() if isinstance(found, ListType) and required(found.element) == kind
        ]
        if lists and self.chance.random() < 0.5:
            pick = self.chance.choice(["| first", "| last", "[0]", "[-1]"])
            whole = self.chance.choice(lists)
            whole = f"({whole} {pick})" if pick[0] == "|" else whole + pick
            if self.chance.random() < 0.2:
                return whole
            return f"({whole} | default({self.literal(kind, known, depth)}))"
        return self.literal(kind, known, depth)

    def literal(self, kind: Type, known: Paths, depth: int) -> str:
        """A value that is written out, or a name where there is no way to write one."""
        match required(kind):
            case EnumType(values):
                return f"'{self.chance.choice(sorted(values))}'"
            case ListType(element):
                return f"[{', '.join(self.make(element, known, depth - 1) for _ in range(self.chance.randint(0, 2)))}]"
            case MoneyType():
                fitting = [path for path, found in known.items() if found == kind]
                currency = kind_of(kind) or self.chance.choice(["EUR", "USD"])
                return self.chance.choice(
                    [*fitting, "0", f"{self.chance.choice(['10', '0.5', '0', '19.90'])} {currency}"]
                )
            case inner if inner in (DATE, DATETIME, DURATION):
                return self.chance.choice([path for path, found in known.items() if found == inner] or ["nobody"])
            case inner if inner == BOOL:
                return self.chance.choice(["true", "false"])
            case inner if inner == INTEGER:
                return str(self.chance.randint(-3, 20))
            case inner if inner == NUMBER:
                return self.chance.choice(["2", "0", "0.5", "59.9"])
            case inner if inner == TEXT:
                return self.chance.choice(["'paid'", "''", '"it\'s"', "'日本'"])
        return self.chance.choice([path for path, found in known.items() if found == kind] or ["none"])

    def either(self, kind: Type, known: Paths, depth: int) -> str:
        """`a if guard else b`."""
        guard, inside = self.guard(known)
        then, other = self.make(kind, inside, depth - 1), self.make(kind, known, depth - 1)
        if isinstance(kind, MoneyType) and self.chance.random() < 0.2:
            other = self.make(money(self.chance.choice([None, "EUR", "USD"])), known, depth - 1)
        if self.chance.random() < 0.3:
            guard, then, other = f"not ({guard})", other, then
        return f"({then} if {guard} else {other})"

    def guard(self, known: Paths) -> tuple[str, Paths]:
        """A condition, and what can be read where it holds; at times it is wrong."""
        missing = [path for path, kind in known.items() if isinstance(kind, OptionalType)]
        words = [path for path, kind in known.items() if isinstance(required(kind), EnumType)]
        roll = self.chance.random()
        if words and roll < 0.25:
            path = self.chance.choice(words)
            inner = required(known[path])
            assert isinstance(inner, EnumType)
            some = self.chance.sample(sorted(inner.values), self.chance.randint(1, len(inner.values)))
            one = f"{path} {self.chance.choice(['==', '!='])} '{some[0]}'"
            many = f"{path} {self.chance.choice(['in', 'not in'])} [{', '.join(map(repr, some))}]"
            return self.chance.choice([one, f"'{some[0]}' == {path}", many]), {**known, path: inner}
        if missing and roll < 0.9:
            path = self.chance.choice(missing)
            form = self.chance.choice(["{} is not none", "{} is defined", "{} != none", "none != {}", "not {} is none"])
            there = {**known, path: required(known[path])}
            holder = path.rpartition(".")[0]
            if holder in known:
                there[holder] = required(known[holder])
            if self.chance.random() < 0.5:
                return self.both(form.format(path), there)
            wrong = self.chance.random() < 0.1
            return (f"{path} is none" if wrong else form.format(path)), there
        return self.make(BOOL, known, 1), known

    def both(self, guard: str, known: Paths) -> tuple[str, Paths]:
        """A guard joined with another, at times turned round; `or` in place of `and` is wrong."""
        other, more = self.guard(known)
        word = "or" if self.chance.random() < 0.35 else "and"
        if self.chance.random() < 0.4:
            turned = {"and": "or", "or": "and"}[word]
            return f"(not (not ({guard}) {turned} not ({other})))", more
        return f"({guard} {word} {other})", more

    def ways(self, kind: Type) -> list[Callable[[Paths, int], str]]:
        """What gives a type."""
        match required(kind):
            case MoneyType():
                return [
                    lambda known, depth: self.joined(kind, self.chance.choice("+-"), kind, known, depth),
                    lambda known, depth: self.joined(kind, self.chance.choice("*/"), NUMBER, known, depth),
                    lambda known, depth: f"({self.make(list_of(kind), known, depth)} | sum)",
                    lambda known, depth: f"({self.make(kind, known, depth)} | round(2))",
                ]
            case inner if inner in (INTEGER, NUMBER):
                return self.numbers(inner)
            case inner if inner == BOOL:
                often = [self.guarded] * 4
                return [*often, self.compared, self.ordered, self.connected, self.looked_for, self.tested]
            case inner if inner == TEXT:
                return self.texts()
            case inner if inner in (DATE, DATETIME):
                return [lambda known, depth: self.joined(inner, self.chance.choice("+-"), DURATION, known, depth)]
            case inner if inner == DURATION:
                return [
                    lambda known, depth: self.joined(DURATION, self.chance.choice("+-"), DURATION, known, depth),
                    lambda known, depth: self.joined(DATE, "-", DATE, known, depth),
                    lambda known, depth: self.joined(DATETIME, "-", DATETIME, known, depth),
                ]
            case ListType(RecordType() as element):
                return [lambda known, depth: self.where(element, known, depth),
                        lambda known, depth: self.picked(element, known, depth)]  # fmt: skip
        return []

    def joined(self, left: Type, operator: str, right: Type, known: Paths, depth: int) -> str:
        return f"({self.make(left, known, depth)} {operator} {self.make(right, known, depth)})"

    def numbers(self, kind: Type) -> list[Callable[[Paths, int], str]]:
        def added(known: Paths, depth: int) -> str:
            operator = self.chance.choice(["+", "-", "*", "//", "%", *(["/"] if kind == NUMBER else [])])
            return self.joined(kind, operator, kind, known, depth)

        def counted(known: Paths, depth: int) -> str:
            lists = [path for path, found in known.items() if isinstance(found, ListType)]
            return f"({self.chance.choice(lists or ['[1]'])} | length)"

        def passed(known: Paths, depth: int) -> str:
            unit = self.chance.choice(["days_ago", "hours_ago"])
            until = f"({self.make(DATETIME, known, depth)})" if self.chance.random() < 0.3 else ""
            return f"({self.make(self.chance.choice([DATE, DATETIME]), known, depth)} | {unit}{until})"

        def negative(known: Paths, depth: int) -> str:
            return f"(-{self.make(kind, known, depth)})"

        def summed(known: Paths, depth: int) -> str:
            return f"({self.make(list_of(kind), known, depth)} | sum)"

        def rounded(known: Paths, depth: int) -> str:
            return f"({self.make(kind, known, depth)} | round({self.chance.randint(0, 3)}))"

        return [added, added, counted, passed, negative, summed, *([rounded] if kind == NUMBER else [])]

    def texts(self) -> list[Callable[[Paths, int], str]]:
        def printed(known: Paths, depth: int) -> str:
            kind, name = self.chance.choice(
                [(money("EUR"), "money"), (DATE, "date"), (DATETIME, "date"), (TEXT, "title")]
            )
            return f"({self.make(kind, known, depth)} | {name})"

        def cased(known: Paths, depth: int) -> str:
            return f"({self.make(TEXT, known, depth)} | {self.chance.choice(['lower', 'upper'])})"

        def listed(known: Paths, depth: int) -> str:
            kind = self.chance.choice([TEXT, NUMBER, INTEGER])
            return f"({self.make(list_of(kind), known, depth)} | join(', '))"

        return [printed, cased, listed]

    def compared(self, known: Paths, depth: int) -> str:
        """`==` of two of one type, any of which may be missing."""
        path = self.chance.choice([*known])
        operator = self.chance.choice(["==", "!="])
        return f"({path} {operator} {self.make(required(known[path]), known, depth)})"

    def ordered(self, known: Paths, depth: int) -> str:
        kind = self.chance.choice([INTEGER, NUMBER, money("EUR"), money(None), DATE, DATETIME, DURATION])
        chain = [self.make(kind, known, depth) for _ in range(self.chance.choice([2, 2, 3]))]
        return f"({self.chance.choice([' < ', ' >= ', ' <= ']).join(chain)})"

    def connected(self, known: Paths, depth: int) -> str:
        word = self.chance.choice(["and", "or"])
        text = f"({self.make(BOOL, known, depth)} {word} {self.make(BOOL, known, depth)})"
        return f"(not {text})" if self.chance.random() < 0.3 else text

    def guarded(self, known: Paths, depth: int) -> str:
        """`guard and b`, `not guard or b`, where b often needs what the guard says; at times the wrong way round."""
        guard, inside = self.guard(known)
        told = [path for path in inside if inside[path] != known[path]]
        then = self.needing(self.chance.choice(told), inside) if told else self.make(BOOL, inside, depth)
        forms = [f"({guard} and {then})", f"(not ({guard}) or {then})", f"({then} if {guard} else false)"]
        if self.chance.random() < 0.15:
            forms = [f"({guard} or {then})", f"(not ({guard}) and {then})", f"(false if {guard} else {then})"]
        return self.chance.choice(forms)

    def needing(self, path: str, known: Paths) -> str:
        """A condition that has no answer where the value is missing."""
        match known[path]:
            case EnumType():
                return f"({path} in ['paid', 'open', 'sent', 'lost', 'back', 'text'])"
            case ListType():
                return f"(({path} | length) > 0)"
            case RecordType() | MapType() | OptionalType():
                return f"({path} == {path})"
        if known[path] in (TEXT, BOOL):
            return f"({path} in [{path}])"
        return f"({path} <= {path})"

    def looked_for(self, known: Paths, depth: int) -> str:
        kind = self.chance.choice([TEXT, INTEGER, NUMBER, DATE])
        return f"({self.make(kind, known, depth)} in {self.make(list_of(kind), known, depth)})"

    def tested(self, known: Paths, depth: int) -> str:
        if self.chance.random() < 0.5:
            return f"({self.chance.choice([*known])} is {self.chance.choice(['defined', 'none', 'not none'])})"
        kind = list_of(self.chance.choice([TEXT, INTEGER, money("EUR")]))
        word = self.chance.choice(["all_in", "any_in", "not any_in"])
        return f"({self.make(kind, known, depth)} is {word} {self.make(kind, known, depth)})"

    def where(self, element: RecordType, known: Paths, depth: int) -> str:
        name, kind = self.chance.choice(element.items)
        whole = self.leaf(list_of(element), known, depth)
        return f"({whole} | where('{name}', {self.make(required(kind), known, depth)}))"

    def picked(self, element: RecordType, known: Paths, depth: int) -> str:
        """`pick`, whose result is missing where a value finds nothing: most often with what holds otherwise."""
        name, kind = self.chance.choice(element.items)
        whole = self.leaf(list_of(element), known, depth)
        text = f"({whole} | pick('{name}', {self.make(list_of(required(kind)), known, depth)}))"
        return f"({text} | default({whole}))" if self.chance.random() < 0.8 else text
