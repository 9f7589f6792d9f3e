"""`links`: a reply links only to hosts that the flow allows. Own parser: lenient as a browser, strict in doubt."""

import re
from typing import Any

from engine.guardrails.folding import fold
from engine.guardrails.validation import Hit, TextCheck, register_validator

_LINK = re.compile(
    r"""(?xi)
    (?P<script>(?<![a-z0-9+.\-])(?:javascript|vbscript|data|file|blob|ftp)\s?:(?=\S)[^\s<>"'\])]*)
  | (?P<url>(?<![a-z0-9+.\-])https?:[/\\]*[^\s<>"'\])]*)
  | (?P<relative>(?<![:a-z0-9/\\])//[^\s<>"'\])/\\]+\.[^\s<>"'\])]*)
  | (?P<bare>(?<![\w@.\-/])(?:[a-z0-9\u0080-\uffff][a-z0-9\u0080-\uffff\-]{0,62}\.){1,8}
     (?:com|net|org|info|biz|io|ai|app|dev|me|co|shop|store|online|site|xyz|top|club|link|live|click|example|test
       |eu|de|at|ch|fr|es|it|nl|be|pl|cz|dk|se|no|fi|pt|ie|gr|hu|ro|uk|us|ca|ru|cn|in|jp|br|tk|ly|gl|to|gg|cc|tv|ws)
     (?![\w@\-]|\.[a-z0-9])(?::\d{1,5})?(?:[/?\#][^\s<>"'\])]*)?)
    """
)
_DATA = re.compile(r"(?i)data:[a-z0-9.+-]+/|(?!data)")
_HOST = re.compile(r"(?i)https?:[/\\]*([^/\\?#]*)")
_NAME = re.compile(r"[a-z0-9.-]{1,253}")


@register_validator("engine/links", data_type="string")
class Links(TextCheck):
    """Fails on a link to a host that is neither in `allow` nor a subdomain of one."""

    def __init__(self, allow: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(allow=allow, **kwargs)
        self.allow = tuple(host.strip().lower().strip(".") for host in allow)

    def hits(self, text: str, metadata: dict[str, Any]) -> list[Hit]:
        """Codes: `scheme`, `host` (not allowed), `credentials` (a user name before the host)."""
        folded, origin = fold(text)
        found: list[Hit] = []
        for match in _LINK.finditer(folded):
            code = self._code(match)
            if code is not None and match.end() > match.start():
                found.append((origin[match.start()], origin[match.end() - 1] + 1, code))
        return found

    def _code(self, match: re.Match[str]) -> str | None:
        link = match.group()
        match match.lastgroup:
            case "script":
                return "scheme" if _DATA.match(link) else None
            case "bare":
                link = "https://" + link
            case "relative":
                link = "https:" + link
        authority = _HOST.match(link)
        host = authority.group(1).lower() if authority else ""
        if "@" in host:
            return "credentials"
        return None if self._allowed(host.partition(":")[0].rstrip(".,;:!?")) else "host"

    def _allowed(self, host: str) -> bool:
        """A host in another script is another host: look-alikes are never folded into the allowed one."""
        if not _NAME.fullmatch(host):
            return False
        return any(host == allowed or host.endswith("." + allowed) for allowed in self.allow)
