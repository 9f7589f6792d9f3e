"""Which addresses of servers could be asked at all."""

import pytest

from engine.address import address_fault, is_server


@pytest.mark.parametrize(
    "url",
    ["http://localhost:11434/v1", "https://api.openai.com/v1", "HTTP://10.0.0.5:8000", "http://[::1]:8000/v1/",
     "http://[fe80::1%25eth0]/v1", "http://llm_server:8000", "https://müller.example/v1", "http://a.b.c.:1"],
)  # fmt: skip
def test_addresses(url: str) -> None:
    assert address_fault(url) is None


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("localhost:11434/v1", "begins with"), ("10.0.0.5", "begins with"), ("ftp://a/b", "begins with"),
        ("//host/v1", "begins with"), ("http:/host", "begins with"), ("", "begins with"),
        ("http://localhost:notaport/v1", "port"), ("http://localhost:0", "port"), ("http://localhost:65536", "port"),
        ("http://[::1", "no URL"), ("http:///v1", "no host"), ("http://a b/v1", "no host"), ("http://a..b", "no host"),
        ("http://host\n/v1", "no host"), ("http://<server>/v1", "no host"), ("{{ secret.URL }}", "templates"),
        ("http://${HOST}/v1", "templates"), ("$URL", "templates"), ("%BASE_URL%", "templates"),
        ("http://a:b@host/v1", "credentials"), ("http://host/v1?api_key=abc", "more than"), ("http://h#x", "more than"),
    ],
)  # fmt: skip
def test_what_is_none_is_told_without_repeating_it(url: str, why: str) -> None:
    found = address_fault(url)
    assert found is not None
    assert why in found
    assert not url or url not in found


def test_a_server_alone_has_no_path() -> None:
    assert is_server("https://minio.shop.example:9000/")
    assert not is_server("https://minio.shop.example:9000/bucket")
    assert not is_server("minio.shop.example")
