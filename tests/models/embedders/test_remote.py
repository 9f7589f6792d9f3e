"""Embedders behind a server, over real HTTP: what is sent, what is believed of an answer, when it is asked again."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from engine.models.embedders.base import EmbedderChoice
from engine.models.embedders.remote import RemoteEmbedder
from engine.models.errors import BadAnswer, MissingKey, ModelRejected, ModelUnavailable, UnknownModel, WrongAddress
from engine.models.registry import embedder

Reply = Callable[[dict[str, Any], int], tuple[int, dict[str, str], bytes]]


class Server:
    """Answers as `reply` says and remembers what came."""

    def __init__(self, reply: Reply) -> None:
        self.asked: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                server.asked.append((self.path, dict(self.headers), body))
                status, headers, data = reply(body, len(server.asked))
                self.send_response(status)
                for name, value in {"content-length": str(len(data)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/v1"
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[[Reply], Server]]:
    made: list[Server] = []

    def start(reply: Reply) -> Server:
        made.append(Server(reply))
        return made[-1]

    yield start
    for one in made:
        one.close()


def vectors(body: dict[str, Any], _: int = 0) -> tuple[int, dict[str, str], bytes]:
    """One of three numbers a text, last text first, as nobody forbids."""
    data = [{"index": n, "embedding": [len(text), 0.0, 1.0]} for n, text in enumerate(body["input"])]
    return 200, {}, json.dumps({"data": data[::-1], "model": body["model"]}).encode()


def made(url: str, *, waited: list[float] | None = None, **more: Any) -> RemoteEmbedder:
    choice = EmbedderChoice(use="openai", key="k-123", base_url=url, **more)
    return RemoteEmbedder(choice, url=url, model="m", sleep=(waited if waited is not None else []).append)


@pytest.mark.parametrize("provider", ["openai", "mistral"])
def test_texts_go_out_in_batches_and_unit_vectors_come_back_in_order(
    provider: str, serve: Callable[[Reply], Server]
) -> None:
    server = serve(vectors)
    one = embedder(EmbedderChoice(use=provider, model="m", key="k-123", base_url=server.url))
    texts = ["x" * (1 + number % 7) for number in range(150)]
    found = one.embed(texts)
    assert [round(vector[0] / vector[2]) for vector in found] == [len(text) for text in texts]
    assert all(abs(sum(value * value for value in vector) - 1) < 1e-9 for vector in found)
    assert [len(body["input"]) for _, _, body in server.asked] == [64, 64, 22]
    path, headers, body = server.asked[0]
    assert (path, headers["authorization"], body["model"]) == ("/v1/embeddings", "Bearer k-123", "m")
    assert (one.name, one.dimension) == (f"{provider}/m", 3)


def test_a_server_that_is_busy_is_asked_again_when_it_says(serve: Callable[[Reply], Server]) -> None:
    def busy(body: dict[str, Any], number: int) -> tuple[int, dict[str, str], bytes]:
        return (429, {"retry-after": "7"}, b"{}") if number < 3 else vectors(body)

    waited: list[float] = []
    server = serve(busy)
    assert len(made(server.url, waited=waited).embed(["a"])) == 1
    assert waited == [7.0, 7.0]


@pytest.mark.parametrize("status", [500, 529, 503])
def test_a_server_that_stays_down_is_reported_as_unavailable(status: int, serve: Callable[[Reply], Server]) -> None:
    server = serve(lambda _body, _number: (status, {}, b"oops k-123"))
    with pytest.raises(ModelUnavailable, match=str(status)) as caught:
        made(server.url).embed(["secret text"])
    assert len(server.asked) == 5
    assert "k-123" not in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("packed", [True, False])
def test_an_answer_that_is_packed_or_too_long_is_not_read(
    packed: bool, serve: Callable[[Reply], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    def filled(body: dict[str, Any], _: int) -> tuple[int, dict[str, str], bytes]:
        status, headers, data = vectors(body)
        return (200, {"content-encoding": "gzip"}, gzip.compress(data)) if packed else (status, headers, data)

    server = serve(filled)
    if not packed:
        assert len(made(server.url).embed(["a"])) == 1
        monkeypatch.setattr("engine.models.embedders.remote.MAX_ANSWER", 50)
    with pytest.raises(ModelUnavailable):
        made(server.url).embed(["a"])
    assert server.asked[0][1]["accept-encoding"] == "identity"


def test_a_request_that_is_refused_is_not_repeated(serve: Callable[[Reply], Server]) -> None:
    server = serve(lambda _body, _number: (401, {}, b"{}"))
    with pytest.raises(ModelRejected, match="401"):
        made(server.url).embed(["a"])
    assert len(server.asked) == 1


def test_no_server_is_unavailable() -> None:
    with pytest.raises(ModelUnavailable):
        made("http://127.0.0.1:9/v1").embed(["a"])


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"[]",
        b'{"data": []}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}]}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 0, "embedding": [1, 2]}]}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": [1]}]}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": [0, 0]}]}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": [1, NaN]}]}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": ["1", true]}]}',
        b'{"data": [{"index": 0, "embedding": [1, 2]}, {"index": 5, "embedding": [1, 2]}]}',
    ],
)
def test_an_answer_that_does_not_fit_is_never_half_used(answer: bytes, serve: Callable[[Reply], Server]) -> None:
    server = serve(lambda _body, _number: (200, {}, answer))
    with pytest.raises(BadAnswer):
        made(server.url).embed(["a", "b"])


def test_a_dimension_that_was_asked_for_is_sent_and_held(serve: Callable[[Reply], Server]) -> None:
    server = serve(vectors)
    with pytest.raises(BadAnswer):
        made(server.url, dimension=2).embed(["a"])
    assert server.asked[0][2]["dimensions"] == 2


def test_a_key_that_lacks_is_named_and_a_provider_that_is_none_too() -> None:
    for use, variable in (("openai", "OPENAI_API_KEY"), ("mistral", "MISTRAL_API_KEY")):
        with pytest.raises(MissingKey, match=variable):
            embedder(EmbedderChoice(use=use))
    with pytest.raises(UnknownModel, match="packaged"):
        embedder(EmbedderChoice(use="nobody"))
    assert embedder(EmbedderChoice(use="openai", base_url="http://127.0.0.1:9/v1")).name.startswith("openai/")


def test_a_quota_that_is_used_up_is_not_waited_for(serve: Callable[[Reply], Server]) -> None:
    server = serve(lambda body, number: (429, {}, b'{"error": {"code": "insufficient_quota", "message": "Pay."}}'))
    asked = RemoteEmbedder(EmbedderChoice(use="openai", dimension=2), url=server.url, model="m", sleep=lambda _: None)
    with pytest.raises(ModelRejected):
        asked.embed(["x"])
    assert len(server.asked) == 1


@pytest.mark.parametrize("url", ["127.0.0.1:9/v1", "http://localhost:notaport/v1", "http://[::1", "{{ secret.URL }}"])
def test_an_address_that_is_none_is_told_before_anything_is_asked(url: str) -> None:
    with pytest.raises(WrongAddress, match="the embedder cannot be asked at its `base_url`") as caught:
        embedder(EmbedderChoice(use="openai", base_url=url))
    assert url not in str(caught.value)


@pytest.mark.parametrize("url", ["127.0.0.1:9/v1", "http://localhost:notaport/v1"])
def test_an_address_that_only_the_client_refuses_is_told_as_one(url: str) -> None:
    with pytest.raises(WrongAddress, match="no address of a server"):
        RemoteEmbedder(EmbedderChoice(use="openai"), url=url, model="m", sleep=lambda _: None).embed(["x"])


@pytest.mark.parametrize("on_premises", [True, False])
def test_no_proxy_sees_what_goes_to_a_server_on_the_premises(
    on_premises: bool, serve: Callable[[Reply], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(vectors)
    monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    one = made("http://embedder.invalid/v1", on_premises=on_premises)
    if on_premises:
        with pytest.raises(ModelUnavailable):
            one.embed(["a"])
        assert proxy.asked == []
    else:
        one.embed(["a"])
        assert [path for path, _, _ in proxy.asked] == ["http://embedder.invalid/v1/embeddings"]
