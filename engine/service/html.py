"""The pages behind a link, as text. Every value is escaped here; there is no script, and nothing is fetched."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, Final

__all__ = ["HEADERS", "approval_page", "message_page", "sign_in_page"]

_STYLE: Final = """
:root { color-scheme: light dark; --line: #d5d9e0; --soft: #5b6472; --ink: #1b2430; --paper: #fff; --back: #f4f6f9;
  --go: #14693b; --stop: #a3262a; --warn: #fff4d6; --warn-ink: #664a00; }
@media (prefers-color-scheme: dark) { :root { --line: #3a414d; --soft: #a3adba; --ink: #e8ecf2; --paper: #1b212b;
  --back: #12161d; --go: #2e9e5f; --stop: #d4575b; --warn: #3f3413; --warn-ink: #f5dd9a; } }
* { box-sizing: border-box; }
body { margin: 0; padding: 2rem 1rem; background: var(--back); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 42rem; margin: 0 auto; padding: 1.75rem; background: var(--paper); border: 1px solid var(--line);
  border-radius: .75rem; }
h1 { margin: 0 0 .25rem; font-size: 1.35rem; line-height: 1.3; overflow-wrap: anywhere; }
h2 { margin: 1.75rem 0 .5rem; font-size: 1rem; }
p { margin: .5rem 0; } .soft { color: var(--soft); font-size: .925rem; }
dl { margin: 0; border: 1px solid var(--line); border-radius: .5rem; }
dl > div { display: grid; grid-template-columns: minmax(7rem, 30%) 1fr; gap: .75rem; padding: .5rem .75rem; }
dl > div + div { border-top: 1px solid var(--line); }
dt { color: var(--soft); overflow-wrap: anywhere; } dd { margin: 0; font-weight: 600; overflow-wrap: anywhere;
  white-space: pre-wrap; }
blockquote { margin: 0; padding: .25rem 0 .25rem .9rem; border-left: 3px solid var(--line); white-space: pre-wrap;
  overflow-wrap: anywhere; }
.warn { padding: .6rem .8rem; border-radius: .5rem; background: var(--warn); color: var(--warn-ink); }
label { display: block; margin: .9rem 0 .25rem; font-weight: 600; } label .soft { font-weight: 400; }
input, textarea { width: 100%; padding: .55rem .65rem; font: inherit; color: inherit; background: var(--back);
  border: 1px solid var(--line); border-radius: .4rem; }
textarea { min-height: 4.5rem; resize: vertical; }
.choices { display: flex; flex-wrap: wrap; gap: .6rem; margin-top: 1.25rem; }
button { flex: 1 1 9rem; padding: .65rem 1rem; font: inherit; font-weight: 600; cursor: pointer; border-radius: .4rem;
  border: 1px solid var(--line); background: var(--paper); color: inherit; }
button.go { background: var(--go); border-color: var(--go); color: #fff; }
button.stop { border-color: var(--stop); color: var(--stop); }
button:focus-visible, input:focus-visible, textarea:focus-visible { outline: 3px solid #4d90fe; outline-offset: 1px; }
details { margin-top: 1.25rem; } summary { cursor: pointer; color: var(--soft); }
"""
_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
HEADERS: Final = {
    "content-security-policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",  # the address is the sign-in: it goes nowhere else
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
    "cross-origin-opener-policy": "same-origin",
}
"""Of every page."""


def message_page(title: str, *lines: str) -> str:
    """What became of something."""
    return _page(title, f"<h1>{escape(title)}</h1>" + "".join(f"<p>{escape(line)}</p>" for line in lines))


def sign_in_page(wrong: str = "") -> str:
    """Asks for a person's token."""
    told = f'<p class="warn" role="alert">{escape(wrong)}</p>' if wrong else ""
    return _page(
        "Sign in",
        f"<h1>Sign in to decide</h1>{told}"
        '<form method="post"><label for="token">Your access token</label>'
        '<input id="token" name="token" type="password" autocomplete="off" required autofocus>'
        '<p class="soft">The one that <code>engine token</code> made for you. It is not kept by this page.</p>'
        '<div class="choices"><button class="go">Go on</button></div></form>',
    )


def approval_page(
    view: Mapping[str, Any],
    *,
    person: str,
    proof: str,
    editable: Sequence[Mapping[str, Any]],
    written_since: bool,
    wrong: str = "",
    given: Mapping[str, str] | None = None,
) -> str:
    """One approval with its choices. `view` as the API gives it; `given`: what the person typed, after a mistake."""
    shown: Mapping[str, Any] = view.get("shown") or {}
    given = given or {}
    told = f'<p class="warn" role="alert">{escape(wrong)}</p>' if wrong else ""
    since = (
        '<p class="warn">The customer has written since this was opened. Look at the ticket before you decide.</p>'
        if written_since
        else ""
    )
    edited = f"<p>Changed by {escape(str(shown['edited_by']))} before.</p>" if shown.get("edited_by") else ""
    parts = [
        f"<h1>Approve {escape(str(shown.get('tool', 'a call')))}?</h1>",
        f'<p class="soft">For {escape(str(view["team"]))}, until {_moment(view["expires_at"])}. '
        f"You decide as {escape(person)}.</p>{told}{since}{edited}",
        "<h2>What would be done</h2>", _list((shown.get("arguments") or {}).items()),
        _why(shown), _said("What the customer was asked", shown.get("told")),
        _said("What the customer is told once it is done", shown.get("then")),
        _said("What the customer is told if you reject", shown.get("if_rejected")),
        _form(view, proof, editable, given),
        _details(view, shown),
    ]  # fmt: skip
    return _page(f"Approve {shown.get('tool', '')}?", "".join(parts))


def _why(shown: Mapping[str, Any]) -> str:
    because = f"<p>Because <code>{escape(str(shown['because']))}</code></p>" if shown.get("because") else ""
    who = f"<p>Customer: {escape(str(shown['customer']))}</p>" if shown.get("customer") else ""
    return because + who


def _said(title: str, text: object) -> str:
    return f"<h2>{escape(title)}</h2><blockquote>{escape(str(text))}</blockquote>" if text else ""


def _form(view: Mapping[str, Any], proof: str, editable: Sequence[Mapping[str, Any]], given: Mapping[str, str]) -> str:
    """Two forms: Enter in a field that changes something must never approve what stands."""
    hidden = (
        f'<input type="hidden" name="proof" value="{escape(proof)}">'
        f'<input type="hidden" name="version" value="{int(view["version"])}">'
    )
    decide = (
        f'<h2>Your decision</h2><form method="post">{hidden}'
        '<label for="reason">Reason <span class="soft">(needed to reject)</span></label>'
        f'<textarea id="reason" name="reason" maxlength="2000">{escape(given.get("reason", ""))}</textarea>'
        '<div class="choices">'
        '<button class="go" name="decision" value="approve">Approve as it stands</button>'
        '<button class="stop" name="decision" value="reject">Reject</button>'
        '<button name="decision" value="hand_back">Hand to a person</button>'
        "</div></form>"
    )
    if not editable:
        return decide
    fields = "".join(
        f'<label for="e-{n}">{escape(one["name"])} <span class="soft">({escape(one["expected"])})</span></label>'
        f'<input id="e-{n}" name="edit.{escape(one["name"])}" '
        f'value="{escape(given.get(one["name"], one["value"]))}" autocomplete="off">'
        for n, one in enumerate(editable)
    )
    change = (
        f'<h2>Or change it</h2><form method="post">{hidden}{fields}'
        '<label for="why">Reason <span class="soft">(for the record)</span></label>'
        f'<input id="why" name="reason" maxlength="2000" value="{escape(given.get("reason", ""))}" autocomplete="off">'
        '<p class="soft">The gates are checked again and the customer is asked again before anything is done.</p>'
        '<div class="choices"><button name="decision" value="edit">Change, and ask the customer again</button></div>'
        "</form>"
    )
    return decide + change


def _details(view: Mapping[str, Any], shown: Mapping[str, Any]) -> str:
    facts = [(name, value) for name, value in (shown.get("facts") or {}).items()]
    more = [("ticket", view["ticket"]), ("flow", shown.get("flow", "")), ("approval", view["id"]),
            ("version", view["version"])]  # fmt: skip
    return f"<details><summary>What it is decided from</summary>{_list([*_flat(facts), *more])}</details>"


def _flat(pairs: Iterable[tuple[str, Any]]) -> Iterable[tuple[str, Any]]:
    for name, value in pairs:
        if isinstance(value, Mapping):
            yield from _flat((f"{name}.{key}", part) for key, part in value.items())
        elif value is not None:
            yield name, value


def _list(pairs: Iterable[tuple[str, Any]]) -> str:
    rows = "".join(f"<div><dt>{escape(str(name))}</dt><dd>{escape(str(value))}</dd></div>" for name, value in pairs)
    return f"<dl>{rows}</dl>" if rows else ""


def _moment(iso: str) -> str:
    return f'<time datetime="{escape(iso)}">{escape(iso[:16].replace("T", " "))} UTC</time>'


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
