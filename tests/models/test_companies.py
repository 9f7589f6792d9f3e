"""Two invented companies whose articles have tables, special prices, exceptions and things that are free.

30 questions each, and what the answer holds; nothing where no article answers. The rules of `local` were made with the
rental's in sight, not the dentist's.
"""

import csv
from pathlib import Path

import pytest

from engine.knowledge.library import Library
from engine.knowledge.preferred import told
from engine.models.base import Job, Message, Request
from engine.models.local.embedding import PackagedEmbedder
from engine.models.local.model import answer

COMPANIES = Path(__file__).parent / "companies"
SURE = 0.6
"""From where on the sample shop's flow sends an answer."""


@pytest.mark.parametrize(("company", "least_right", "most_wrong"), [("rental", 18, 0), ("dentist", 14, 1)])
def test_a_company_is_hardly_answered_wrongly(company: str, least_right: int, most_wrong: int, tmp_path: Path) -> None:
    library = Library(tmp_path, PackagedEmbedder())
    library.index(COMPANIES / company / "articles")
    right, wrong = 0, []
    with (COMPANIES / company / "questions.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            language = told(row["question"])
            passages = tuple(library.search(row["question"], prefer=language))
            asked = [Message("customer", row["question"])]
            said = answer(Request(Job.ANSWER, asked, passages=passages, language=language))
            if said.text and said.confidence >= SURE:
                good = bool(row["answered_by"]) and row["answered_by"] in said.text
                right += good
                wrong += [] if good else [f"{row['question']} {said.text}"]
    assert right >= least_right
    assert len(wrong) <= most_wrong, wrong
