"""A reply that does not speak every language that the project promises."""

from engine.diagnostics import Label, Sink
from engine.project.shape import quoted
from engine.rules.base import Case, Rule
from engine.steps.reply import Reply, Texts

__all__ = ["RULE"]


def check(case: Case, sink: Sink) -> None:
    """By `languages` of engine.yaml. What a model writes, it writes in the customer's language."""
    settings = case.project.settings
    promised = [text.value for text in (settings.languages if settings else None) or ()]
    if settings is None or not promised or "languages" in settings.broken:
        return
    them = "them" if len(promised) > 1 else "it"
    labels = (Label(settings.spot("languages"), f"the project promises {them} here"),)
    for flow in case.files:
        for step, _ in flow.steps(Reply):
            given = step.what.by_language if isinstance(step.what, Texts) else None
            if given is None or ("" in given and len(promised) == 1):
                continue
            missing = promised if "" in given else [word for word in promised if word not in given]
            if missing:
                listed = quoted(missing).replace(" or ", " and ")
                message = (
                    f"this is one text for all, and the project promises {listed}"
                    if "" in given
                    else f"there is no text in {listed}"
                )
                each = "one text for each" if len(promised) > 1 else "a text in it"
                tip = f"write {each}: `{{{', '.join(f'{word}: ...' for word in promised)}}}`"
                sink.error("missing-language", step.spot("reply"), message, tip=tip, labels=labels)


RULE = Rule(
    "missing-language",
    check,
    why="Some customers would get a reply in a language that they do not read.",
    mend="Write one text for each language of `engine.yaml`.",
)
