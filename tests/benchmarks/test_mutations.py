"""Mutants are what they are said to be; none that is less safe passes unseen."""

from pathlib import Path

import pytest
import yaml

from benchmarks.mutations.corpus import Right, rights
from benchmarks.mutations.judged import judged
from benchmarks.mutations.made import MISTAKES, Mutant, mutants
from benchmarks.mutations.reasons import REASONS, SOUND

GATES = ("only_if", "limit", "confirm", "approve", "comparison", "condition", "`and` for `or`", "number one higher")


@pytest.fixture(scope="module", name="shop")
def sample_shop(tmp_path_factory: pytest.TempPathFactory) -> Right:
    *_, shop = rights(tmp_path_factory.mktemp("rights"))
    assert shop.reading.found == ()
    return shop


def made(shop: Right, path: str) -> list[Mutant]:
    return [mutant for file in shop.files if file.path == path for mutant in mutants(file)]


def test_a_mutant_differs_in_what_it_says(shop: Right) -> None:
    text = next(file.text for file in shop.files if file.path == "flows/refund.yaml")
    found = made(shop, "flows/refund.yaml")
    assert len(found) > 400
    assert len({mutant.text for mutant in found}) == len(found)
    for mutant in found:
        first = sum(len(line) + 1 for line in text.split("\n")[: mutant.line - 1])
        last = text.find("\n", first) + 1 or len(text) + 1
        changed = (text[:at] + mutant.after + text[at + len(mutant.before) :] for at in range(first, last))
        assert mutant.text in changed


def test_most_mutants_can_be_read(shop: Right) -> None:
    """Else it is YAML that is tested, and not the checker."""
    found = made(shop, "flows/refund.yaml")
    assert sum(_reads(mutant.text) for mutant in found) > 0.9 * len(found)


def test_no_weaker_gate_of_the_shop_passes_unseen(shop: Right) -> None:
    gates = [mutant for mutant in made(shop, "flows/refund.yaml") if any(word in mutant.kind for word in GATES)]
    found = [judged(shop.root, shop.reading, mutant) for mutant in gates]
    unsafe = [one for one in found if one.less_safe]
    assert len(unsafe) > 5
    assert [one.mutant.before for one in unsafe if not one.named] == []


def _reads(text: str) -> bool:
    try:
        yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError:
        return False
    return True


def test_what_is_said_of_a_mutant(shop: Right, tmp_path: Path) -> None:
    found = {one.kind: one for one in made(shop, "flows/refund.yaml")}
    misspelt = judged(shop.root, shop.reading, found["a key misspelt"])
    assert (misspelt.found, misspelt.on_line) == (True, True)
    exchanged = judged(shop.root, shop.reading, found["a line of `only_if` and the next one exchanged"])
    assert (exchanged.found, exchanged.less_safe) == (False, "")


def changed(shop: Right, path: str, kind: str, old: str, new: str, word: str = "") -> Mutant:
    """One that is not among those that are made."""
    text = next(file.text for file in shop.files if file.path == path)
    assert text.count(old) == 1
    line = text[: text.index(old)].count("\n") + 1
    return Mutant(path, kind, line, 1, word, (), old, new, text.replace(old, new))


def test_a_reason_is_shown_and_not_said(shop: Right) -> None:
    """A name that nothing reads has one; a value that another flow gets has none, though the checker is silent."""
    misspelt = next(
        one for one in made(shop, "flows/refund.yaml") if (one.kind, one.before) == ("a key misspelt", "reason")
    )
    assert judged(shop.root, shop.reading, misspelt).reason == "a name of the author's own"
    left_out = changed(shop, "flows/refund.yaml", "a key left out", "      else: escalate\n", "")
    assert judged(shop.root, shop.reading, left_out).reason == "the cause escalates anyway"
    secret = changed(
        shop, "engine.yaml", "a name in an expression misspelt", "ZENDESK_TOKEN", "ZENDEKS_TOKEN", "ZENDESK_TOKEN"
    )
    assert judged(shop.root, shop.reading, secret).reason == "a variable of the environment"
    other = changed(shop, "flows/refund.yaml", "a key misspelt", "within: 5d", "within: 4d", "within")
    assert judged(shop.root, shop.reading, other)[1:] == (False, False, False, "", "", "")


def test_every_reason_and_every_way_has_a_word_on_it() -> None:
    assert len({known.name for known in REASONS}) == len(REASONS)
    assert all(known.why.endswith(".") for known in REASONS)
    assert not SOUND.keys() & MISTAKES
