"""Where the index is kept, as engine.yaml says it: what is no place for one, and what counts as one's own."""

from pathlib import Path

import pytest

from engine.catalogue import store_vendor
from engine.project.index import fault, index_of
from engine.project.premises import index_stays, premises
from tests.golden.case import BASE, checked

OWN = "https://minio.shop.example:9000"


@pytest.mark.parametrize(
    "url", ["s3://articles", "s3://shop.articles-1/a/b/", "gs://shop_articles/x", "az://articles/x"]
)
def test_a_bucket_and_a_path(url: str) -> None:
    assert fault(url) is None


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("articles", "begins with none of"),
        ("S3:articles", "begins with none of"),
        ("s3:articles", "begins with none of"),
        ("https://articles.s3.amazonaws.com", "begins with none of"),
        ("s3://[", "no URL"),
        ("s3://", "names no bucket"),
        ("s3:///path", "names no bucket"),
        ("s3://Articles of ours", "names no bucket"),
        ("s3://{{ secret.BUCKET }}/x", "names no bucket"),
        ("s3://articles:9000", "names no bucket"),
        ("s3://key:word@articles", "has credentials in it"),
        ("s3://articles/a//b", "an empty part"),
        ("s3://articles//b", "an empty part"),
        ("s3://articles/../b", "an empty part"),
        ("s3://articles/a%20b", "an empty part"),
        ("s3://arti\tcles/a", "an empty part"),
        ("s3://articles?key=word", "more than a bucket and a path"),
        ("s3://articles#x", "more than a bucket and a path"),
    ],
)
def test_what_is_none(url: str, why: str) -> None:
    found = fault(url)
    assert found is not None
    assert why in found
    assert "word" not in found


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("https://s3.amazonaws.com", "s3.amazonaws.com"),
        ("https://S3.eu-central-1.amazonaws.com.", "s3.eu-central-1.amazonaws.com"),
        ("https://articles.s3.cn-north-1.amazonaws.com.cn", "articles.s3.cn-north-1.amazonaws.com.cn"),
        ("https://s3-eu-west-1.amazonaws.com", "s3-eu-west-1.amazonaws.com"),
        ("https://s3express-use1-az4.us-east-1.amazonaws.com", "s3express-use1-az4.us-east-1.amazonaws.com"),
        ("https://storage.googleapis.com", "storage.googleapis.com"),
        ("https://a.r2.cloudflarestorage.com", "a.r2.cloudflarestorage.com"),
        (OWN, None),
        ("http://10.0.0.7:9000", None),
        ("https://ec2-3-1-2-3.eu-central-1.compute.amazonaws.com:9000", None),
        ("https://s3.amazonaws.com.shop.example", None),
        ("http://[", None),
    ],
)
def test_a_vendors_own_store(address: str, host: str | None) -> None:
    assert store_vendor(address) == host


@pytest.mark.parametrize(
    ("said", "stays"),
    [
        ("", True),
        (f', index: {{url: "s3://articles", base_url: "{OWN}", location: on_premises}}', True),
        (', index: {url: "s3://articles", base_url: "https://s3.amazonaws.com", location: on_premises}', False),
        (', index: {url: "s3://articles", location: on_premises}', False),
        (f', index: {{url: "s3://articles", base_url: "{OWN}", location: cloud}}', False),
        (f', index: {{url: "s3://articles", base_url: "{OWN}"}}', False),
        (", index: s3://articles", False),
    ],
)
def test_what_stays_is_said_to_stay_and_on_a_server_of_ones_own(said: str, stays: bool, tmp_path: Path) -> None:
    known = "knowledge: {from: knowledge, collections: [faq, policies]"
    settings = (BASE / "engine.yaml").read_text("utf-8").replace(known, known + said)
    found = checked(tmp_path, "steps: [{close: solved}]", engine=settings).project
    assert found.settings is not None
    assert index_stays(index_of(found.settings.knowledge)) is stays
    assert premises(found.settings, {}).articles is stays
