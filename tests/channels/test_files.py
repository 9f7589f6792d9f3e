"""What a file is, its first bytes say; and from where it is fetched."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from engine.channels.base import Unsent
from engine.channels.files import family, sniffed
from engine.channels.zendesk import Zendesk
from engine.testing.serving import Server

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.mark.parametrize(
    ("content", "kind", "word"),
    [
        (PNG, "image/png", "image"), (b"\xff\xd8\xff\xe0JFIF", "image/jpeg", "image"),
        (b"GIF89a..", "image/gif", "image"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp", "image"),
        (b"RIFF\x10\0\0\0WAVEfmt ", "application/octet-stream", None),
        (b"%PDF-1.7\n", "application/pdf", "pdf"), (b"junk\n%PDF-1.4", "application/pdf", "pdf"),
        ("Größe;1\n".encode(), "text/plain", "text"), (b"Gr\xf6\xdfe", "application/octet-stream", None),
        (b"MZ\x90\0\x03", "application/octet-stream", None), (b"a\0b", "application/octet-stream", None),
        (b"", "application/octet-stream", None), (b"<svg xmlns='x'><script/></svg>", "text/plain", "text"),
    ],
)  # fmt: skip
def test_the_first_bytes_count(content: bytes, kind: str, word: str | None) -> None:
    assert sniffed(content) == kind
    assert family(kind) == word


async def _file(request: Request) -> Response:
    onward = request.query_params.get("to")
    return RedirectResponse(onward, status_code=302) if onward else Response(PNG)


@pytest.fixture(scope="module")
def account() -> Iterator[Zendesk]:
    server = Server(Starlette(routes=[Route("/attachments/token/a/", _file)])).start()
    yield Zendesk(name="zd", url=server.url, user="a@shop.example", token="t", webhook_secret="s")
    server.stop()


async def test_a_file_is_fetched_up_to_its_cap(account: Zendesk) -> None:
    url = f"{account._url}/attachments/token/a/"
    assert await account.attachment(url, cap=len(PNG)) == PNG
    with pytest.raises(Unsent, match="too_large"):
        await account.attachment(url, cap=len(PNG) - 1)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/a", "https://shop.zendesk.example/a", "file:///etc/passwd", "",
        "{own}/attachments/token/a/?to=http://127.0.0.1:9/a", "{own}/attachments/token/a/?to=https://evil.example/a",
        "{own}/attachments/token/a/?to=http://p1.zdusercontent.com/a",
        "{own}/attachments/token/a/?to=https://zdusercontent.com.evil.example/a",
    ],
)  # fmt: skip
async def test_our_login_goes_nowhere_else(account: Zendesk, url: str) -> None:
    with pytest.raises(Unsent, match="foreign"):
        await account.attachment(url.replace("{own}", account._url), cap=100)
