"""Who may decide today, and how they are told: from engine.yaml, at the moment that is asked about."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.errors import NotConfigured
from engine.notices.chat import Chat
from engine.notices.mail import Mailer
from engine.runtime.projects import LoadedProject
from tests.runtime import made

FLOW = "steps:\n  - reply: Hello\n  - close: solved\nguardrails: [customer-facing]\n"
LENA, OMAR, MIRA = "lena@northwind.example", "omar@northwind.example", "mira@northwind.example"
NOTIFY = """
notify:
  address: https://engine.northwind.example
  links: decide
  mail: {host: "{{ secret.SMTP_HOST }}", port: 2525, from: engine@northwind.example, security: none}
  chat: {billing-leads: "{{ secret.SLACK_BILLING }}"}
"""


def project(folder: Path, *, now: datetime, settings: str = "") -> LoadedProject:
    root = made.project(folder, flow=FLOW, settings=settings)
    file = root / "engine.yaml"
    away = "{for: lena@northwind.example, by: mira@northwind.example, from: 2026-12-21, until: 2027-01-03}"
    text = file.read_text("utf-8")
    team = "people: [lena@northwind.example, omar@northwind.example], group"
    assert team in text
    file.write_text(text.replace(team, team.replace(", group", f", substitutes: [{away}], group")), "utf-8")
    return LoadedProject(root, now=lambda: now)


@pytest.mark.parametrize(
    ("now", "stands_in"),
    [
        (datetime(2026, 12, 20, 22, 59, tzinfo=UTC), False),
        (datetime(2026, 12, 20, 23, 0, tzinfo=UTC), True),  # midnight in Berlin
        (datetime(2027, 1, 3, 22, 59, tzinfo=UTC), True),
        (datetime(2027, 1, 3, 23, 0, tzinfo=UTC), False),
    ],
)
def test_a_substitute_counts_from_the_first_day_to_the_last(tmp_path: Path, now: datetime, stands_in: bool) -> None:
    found = project(tmp_path, now=now)
    assert found.people("billing-leads") == ((LENA, OMAR, MIRA) if stands_in else (LENA, OMAR))
    assert ("billing-leads" in found.teams_of(MIRA)) is stands_in
    assert "billing" in found.teams_of(MIRA)


def test_everybody_of_a_team_is_told_and_its_chat(tmp_path: Path) -> None:
    found = project(tmp_path, now=datetime(2026, 12, 24, 12, tzinfo=UTC), settings=NOTIFY)
    assert found.notified("billing-leads") == [
        ("mail", LENA), ("mail", OMAR), ("mail", MIRA), ("chat", "billing-leads"),
    ]  # fmt: skip
    assert found.notified("legal") == [("mail", "ida@northwind.example")]
    made_of = found.notices({"SMTP_HOST": "127.0.0.1", "SLACK_BILLING": "http://127.0.0.1:1/hook"})
    assert isinstance(made_of["mail"], Mailer)
    assert (made_of["mail"].host, made_of["mail"].port) == ("127.0.0.1", 2525)
    assert isinstance(made_of["chats"]["billing-leads"], Chat)
    assert (made_of["address"], made_of["links"]) == ("https://engine.northwind.example", True)
    with pytest.raises(NotConfigured, match="SLACK_BILLING"):
        found.notices({"SMTP_HOST": "127.0.0.1"})
    assert found.secrets({"SLACK_BILLING": "https://hooks.example/T0/xyz", "OTHER": "x"}) == {
        "SLACK_BILLING": "https://hooks.example/T0/xyz"
    }, "a webhook's address is a secret, and is blotted out of what leaves"


def test_a_project_without_notify_tells_nobody_beside_the_platform(tmp_path: Path) -> None:
    found = project(tmp_path, now=datetime(2026, 12, 24, 12, tzinfo=UTC))
    assert found.notified("billing-leads") == []
    assert found.notices({}) == {}
