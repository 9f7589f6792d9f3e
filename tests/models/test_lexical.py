"""The wish for a person, and topics for people: by words alone, at intake, whatever is sent."""

import time

import pytest

from engine.models.lexical import TOPICS, topics, wishes_person

WISHES = (
    "can I talk to a human",
    "Can I talk to a human?",
    "I want to speak to a real person",
    "agent please",
    "Agent",
    "HUMAN!!!",
    "human",
    "Let me talk to someone",
    "let me speak to your manager",
    "I'd like to speak with a representative",
    "Please connect me with an agent.",
    "Get me a human",
    "Could you put me through to customer service?",
    "Transfer me to a supervisor",
    "transfer me to an agent now",
    "I want a human",
    "I need a real person, not a bot",
    "I don't want to talk to a bot",
    "is there a real person here?",
    "Is anyone human there?",
    "How do I reach a human being?",
    "My parcel is lost. I spoke to an agent yesterday and now I want to speak to a person again.",
    "I do not want a refund, I want to talk to a person",
    "speak to agent",
    "talk to a human",
    "can someone call me please",
    "Are you a bot? I want to speak to someone",
    "This is useless. Human please.",
    "stop. real person please",
    "I would rather talk to a person",
    "Can you get a human to call me",
    "I need to speak to somebody about this",
    "may I please speak with a member of staff",
    "Ich möchte mit einem Menschen sprechen",
    "Kann ich mit einem Mitarbeiter sprechen?",
    "ich will mit einer echten Person reden",
    "Bitte verbinden Sie mich mit einem Mitarbeiter",
    "Ich will einen Menschen!",
    "Mitarbeiter bitte",
    "Kann mich bitte jemand anrufen?",
    "Ich möchte nicht mit einem Bot reden",
    "parler à un humain",
    "Je voudrais parler à un conseiller",
    "Puis-je parler avec une vraie personne ?",
    "Je veux parler à quelqu'un",
    "un conseiller svp",
    "Passez-moi un conseiller",
    "hablar con una persona",
    "Quiero hablar con un agente",
    "¿Puedo hablar con alguien?",
    "Necesito hablar con una persona real",
    "Páseme con un agente, por favor",
    "quiero un humano",
    "c\u200ban I talk to a hu\u200bman",
    "ＣＡＮ Ｉ ＴＡＬＫ ＴＯ Ａ ＨＵＭＡＮ",
    "I have asked three times already!!! I WANT TO SPEAK TO A PERSON",
    "Can I speak to a person at your company?",
    "Can I please talk with an actual human?",
    "give me a human",
    "operator",
    "I want to talk to a human about order 4821",
    "Nobody answers. Is it possible to speak to a person?",
    "i wanna talk to a human",
    "I'd like to talk to someone in billing",
    "can i have a human please",
    "I need help from a human",
    "Hello, I need an agent to look at this.",
    "I need human assistance",
    "I'd like human help please",
)
NO_WISHES = (
    "I gave it to a person",
    "human-sized mirror",
    "Do you sell a human-sized mirror?",
    "the agent at the post office said it was lost",
    "The person who delivered it was rude",
    "I spoke to an agent yesterday and she was great",
    "I want a refund for order 4821",
    "Where is my order 4821?",
    "Can I return the person figurine?",
    "How many people can sit on the sofa?",
    "I need a desk for two people",
    "I want a manager's chair",
    "Do I need someone to sign for the parcel?",
    "Can someone else collect my parcel?",
    "the parcel was handed over to someone else",
    "I don't need to talk to a human, thanks",
    "no need to talk to an agent",
    "My agent code is 123",
    "Ich habe mit einem Mitarbeiter gesprochen und er war nett",
    "Der Mitarbeiter der Post sagte, das Paket sei verloren",
    "J'ai parlé à un conseiller hier",
    "L'agent de la poste a dit que c'est perdu",
    "Hablé con un agente ayer",
    "El agente de correos dijo que se perdió",
    "la persona que lo entregó fue amable",
    "Can I get a gift card for a person abroad?",
    "I want to give this to a person as a present",
    "I need an agent orange costume",
    "I bought Human Touch massage chair",
    "the operator manual is missing",
    "Which people are on the poster?",
    "Could someone tell me where my parcel is?",
    "Can someone help me track my order",
    "The delivery person left it with a neighbour",
    "It should ship to someone else",
    "can I return to your support page",
    "> can I talk to a human",
    "I want to know whether your staff wears masks",
    "Please send it to the person on the label",
    "I need the manager edition of the book",
    "You can reach me at anna@example.com",
    "Can you deliver to a person at a hotel",
    "Is there a person limit for the sofa?",
    "Does the human resource poster come framed?",
    "I manage a team; who are your representatives in France?",
    "Ist der Mitarbeiterrabatt gültig?",
    "Une personne a volé mon colis",
    "C'est pour une personne âgée",
    "Es para una persona mayor",
    "",
    "\ud800",
)


@pytest.mark.parametrize("text", WISHES)
def test_asks_for_a_person(text: str) -> None:
    assert wishes_person(text)


@pytest.mark.parametrize("text", WISHES)
def test_asks_for_one_within_a_longer_mail(text: str) -> None:
    assert wishes_person(
        f"Hello,\nmy parcel is late.\n{text}\n\nOn Monday the shop wrote:\n> Your parcel is on its way."
    )


@pytest.mark.parametrize("text", NO_WISHES)
def test_asks_for_none(text: str) -> None:
    assert not wishes_person(text)


def test_a_wish_at_either_end_of_a_huge_mail_is_seen() -> None:
    padding = "the parcel is late and I am sad. " * 30_000
    assert wishes_person(f"Can I talk to a human? {padding}")
    assert wishes_person(f"{padding} Can I talk to a human?")


@pytest.mark.parametrize(
    "text",
    [
        "I want to " * 100_000,
        "please " * 200_000,
        "mit einem " * 90_000,
        "\n" * 1_000_000,
        "i spoke " * 100_000,
        "a" * 1_000_000,
        "> " * 500_000,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    started = time.process_time()
    wishes_person(text)
    topics(text, set(TOPICS))
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("My lawyer will contact you", {"legal"}),
        ("I will sue you", {"legal"}),
        ("See you in court!", {"legal"}),
        ("Mein Anwalt meldet sich", {"legal"}),
        ("mon avocat vous écrira", {"legal"}),
        ("hablará mi abogado", {"legal"}),
        ("I'll do a chargeback", {"chargeback"}),
        ("I will dispute the charge with my bank", {"chargeback"}),
        ("Ich lasse das zurückbuchen", {"chargeback"}),
        ("I'll go to the press and to a lawyer", {"legal", "press"}),
        ("Ich gehe zur Zeitung", {"press"}),
        ("tennis court shoes", set()),
        ("my french press is broken", set()),
        ("the issue is that I pursued it", set()),
        ("Sue ordered it", set()),
        ("LAWYER", {"legal"}),
        ("law\u200byer", {"legal"}),
        ("", set()),
    ],
)
def test_topics(text: str, found: set[str]) -> None:
    assert topics(text, ["legal", "chargeback", "press"]) == found


def test_only_named_topics_are_looked_for_and_unknown_ones_by_their_words() -> None:
    assert topics("my lawyer and the press", ["press"]) == {"press"}
    assert topics("a data breach happened", ["data_breach", "recall", ""]) == {"data_breach"}
