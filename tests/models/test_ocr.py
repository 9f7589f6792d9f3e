"""What those that do not see are told of pictures, and what Tesseract may take for it: seconds, cores, and no more."""

import asyncio
import io
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image as Pillow

from engine.models.base import Answer, Capabilities, Choice, Image, Job, Message, Passage, Request
from engine.models.chain import Chain, Link
from engine.models.errors import ModelRejected, ModelUnavailable
from engine.models.images import drawn
from engine.models.local import LocalModel
from engine.models.ocr import Reading, can_read, fitted, read
from engine.testing.model import ScriptedModel
from tests.models.test_images import file

SEEN = Image("image/png", file("PNG"))
LOOK = Message("customer", "Look", images=(SEEN, SEEN), unread=1)
Install = Callable[[str], Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """A program that is called as Tesseract is: `script` says what it does with a picture. It notes in the file `log`,
    which is given back, what the script writes to `$log`."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("log", str(tmp_path / "log"))

    def installed(script: str) -> Path:
        program = tmp_path / "tesseract"
        program.write_text(f'#!/bin/sh\nif [ "$1" = --list-langs ]; then echo eng; exit; fi\n{script}\n')
        program.chmod(0o755)
        log = tmp_path / "log"
        log.touch()
        return log

    return installed


def picture(name: str, *, named: bool = False) -> Image:
    """One whose bytes are its name."""
    return Image("image/png", name.encode(), named)


def shown(*images: Image) -> Request:
    return Request(Job.ANSWER, (Message("customer", "Look", images=images),))


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - other processes tell nobody
            await asyncio.sleep(0.02)


def runs(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


async def test_a_model_that_sees_gets_the_picture_and_any_other_is_told_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    request = Request(Job.WORK, (Message("customer", "Hello"), LOOK))
    assert await fitted(request, vision=True) is request
    bare = Request(Job.WORK, (Message("customer", "Hello"),))
    assert await fitted(bare, vision=False) is bare
    monkeypatch.setattr("shutil.which", lambda name: None)
    told = await fitted(request, vision=False)
    assert told.messages == (Message("customer", "Hello"), Message("customer", "Look", unread=3))


async def test_nobody_answers_for_a_picture_that_nobody_has_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(ModelRejected) as caught:
        await fitted(shown(SEEN, replace(SEEN, named=True)), vision=False)
    assert caught.value.code == "no_vision"
    passages = (Passage(id="p", text="We ship to Austria.", title="Shipping"),)
    asks = Request(Job.ANSWER, (Message("customer", "Do you ship to Austria?"),), passages=passages)
    judged = Request(
        Job.CLASSIFY, (Message("customer", "My lamp is broken"),), choices=(Choice("yes", "", ("My lamp is broken",)),),
    )  # fmt: skip
    for request in (asks, judged, replace(judged, instruction="Is it broken?")):
        unread = replace(request, messages=(replace(request.messages[0], unread=1),))
        seen, blind = await LocalModel().answer(request), await LocalModel().answer(unread)
        assert seen.text or seen.data["choice"] == "yes"
        refused = not blind.text and not blind.data.get("choice")
        assert refused is (request is not judged), "which flow it is, the words may say alone"


async def test_the_text_that_tesseract_finds_stands_in_for_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that is called as Tesseract is: here for one that finds text in large pictures alone."""
    program = tmp_path / "tesseract"
    program.write_text(
        '#!/bin/sh\nif [ "$1" = --list-langs ]; then printf "eng\\nfra\\nosd\\n"; exit; fi\n'
        '[ "$*" = "stdin stdout -l eng+fra" ] || exit 3\n[ $(wc -c) -gt 400 ] && echo "  Order 4821  " || true\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    large = drawn(file("JPEG", (300, 300)))
    message = Message("customer", "Look", images=(large, SEEN))
    told = await fitted(Request(Job.WORK, (message,)), vision=False)
    assert told.messages == (Message("customer", "Look\n[picture 1: Order 4821]", unread=1),)


async def test_of_the_pictures_in_a_conversation_those_that_the_step_names_have_to_be_read(install: Install) -> None:
    install("text=$(cat); [ $text = bill ] && echo Total 12 EUR || true")
    logo, bill = picture("logo"), picture("bill", named=True)
    request = Request(Job.WORK, (Message("customer", "Hello", images=(logo,)), Message("customer", "", images=(bill,))))
    told = await fitted(request, vision=False)
    assert told.messages == (Message("customer", "Hello", unread=1), Message("customer", "[picture 1: Total 12 EUR]"))
    for lost in (replace(logo, named=True), picture("else", named=True)):
        with pytest.raises(ModelRejected) as caught:
            await fitted(shown(bill, lost), vision=False)
        assert caught.value.code == "no_vision"


@pytest.mark.parametrize("hangs", ["tesseract", "--list-langs"])
async def test_tesseract_ends_with_whoever_waits_for_it(install: Install, tmp_path: Path, hangs: str) -> None:
    """With what it has started, whether it was broken off or its time is over."""
    hang = 'sleep 300 & echo $$ $! >> "$log"; wait'
    log = install(hang)
    if hangs == "--list-langs":
        (tmp_path / "tesseract").write_text(f"#!/bin/sh\n{hang}\n")
    asking = asyncio.create_task(fitted(shown(picture("a"), picture("b"), picture("c")), vision=False))
    await until(lambda: len(log.read_text().split()) == 4)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await read(picture("d"), 4.0)).had is not None
    processes = log.read_text().split()
    assert len(processes) == 6, "c never had its turn"
    await until(lambda: not any(map(runs, processes)))


async def test_what_is_not_read_in_time_counts_as_unread_and_the_model_is_asked(install: Install) -> None:
    """Of a link's time, reading has a third; the next link has what was read before it, and waits for nothing again."""
    log = install('text=$(cat); echo $text >> "$log"; [ $text = quick ] && echo 4821 || exec sleep 300')
    yes = Answer(text="Yes", confidence=0.9)
    silent = ScriptedModel([(Job.ANSWER, ModelUnavailable("down"))], capabilities=Capabilities())
    answers = ScriptedModel([(Job.ANSWER, yes)], capabilities=Capabilities())
    request = shown(*(picture(name) for name in ("quick", "slow", "slow", "slower", "slowest")))
    assert (await Chain([Link(answers)], seconds=12).answer(request)).text == "Yes"
    told = answers.requests[0].messages[0]
    assert (told.text, told.unread, told.images) == ("Look\n[picture 1: 4821]", 4, ())
    before = log.read_text().split()
    assert sorted(before) == ["quick", "slow", "slower"], "the same picture once, and the last had no turn"
    assert (await Chain([Link(silent), Link(answers)], seconds=12).answer(request)).text == "Yes"
    assert log.read_text().split() == [*before, "slowest"], "each was read once, those that took too long included"
    for late in ("slow", "slower"):
        with pytest.raises(ModelRejected) as caught:
            await Chain([Link(answers)], seconds=12).answer(shown(picture(late, named=True)))
        assert caught.value.code == "no_vision"


async def test_what_was_broken_off_is_read_again_where_there_is_twice_the_time(install: Install) -> None:
    log = install('echo $(cat) >> "$log"; [ $(wc -l < "$log") -gt 1 ] && echo 4821 || exec sleep 300')
    had = (await read(picture("a"), 2.0)).had
    assert had is not None
    for seconds in (2.0, 1.9 * had):
        assert await read(picture("a"), seconds) == Reading(had=had)
    assert log.read_text().split() == ["a"]
    assert await read(picture("a")) == Reading("4821") == await read(picture("a"), 0.0)
    assert log.read_text().split() == ["a", "a"]
    assert not Reading(had=11.0).later(600), "no picture has longer than twenty seconds"


async def test_a_worker_reads_two_pictures_at_once_whoever_asks(install: Install) -> None:
    log = install('cat > /dev/null; echo 1 >> "$log"; sleep 0.2; echo -1 >> "$log"; echo 4821')
    requests = [shown(*(picture(f"{number}{name}") for name in "abc")) for number in range(3)]
    told = await asyncio.gather(*(fitted(request, vision=False) for request in requests))
    assert [one.messages[0].unread for one in told] == [0, 0, 0]
    steps = [int(step) for step in log.read_text().split()]
    assert len(steps) == 18
    assert max(sum(steps[:end]) for end in range(len(steps))) == 2


async def test_the_pictures_that_a_step_names_come_first_and_then_the_newest(install: Install) -> None:
    log = install('text=$(cat); echo $text >> "$log"; sleep 0.3; echo $text')
    old = Message("customer", "", images=(picture("old"), picture("named", named=True)))
    new = Message("customer", "", images=(picture("new"), picture("newer")))
    await fitted(Request(Job.WORK, (old, new)), vision=False)
    order = log.read_text().split()
    assert set(order[:2]) == {"named", "new"}
    assert set(order[2:]) == {"newer", "old"}


async def test_a_needed_picture_that_had_no_turn_may_be_read_later(install: Install) -> None:
    """Others kept Tesseract busy: that is no reason for a person."""
    log = install('text=$(cat); echo $text >> "$log"; [ $text = bill ] && echo 4821 || exec sleep 300')
    busy = asyncio.create_task(fitted(shown(picture("a"), picture("b")), vision=False))
    await until(lambda: len(log.read_text().split()) == 2)
    with pytest.raises(ModelUnavailable):
        await fitted(shown(picture("bill", named=True)), vision=False, seconds=0.3)
    busy.cancel()
    await asyncio.wait([busy])
    told = await fitted(shown(picture("bill", named=True)), vision=False)
    assert told.messages[0].text == "Look\n[picture 1: 4821]"


async def test_what_fails_is_tried_again_and_what_was_read_is_not_kept_for_long(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = install('echo $(cat) >> "$log"; [ $(wc -l < "$log") -gt 1 ] && echo 4821 || exit 1')
    assert [await read(picture("a")) for _ in range(3)] == [Reading(), Reading("4821"), Reading("4821")]
    assert log.read_text().split() == ["a", "a"]
    monkeypatch.setattr("engine.models.ocr._KEPT_SECONDS", -1.0)
    assert await read(picture("a")) == Reading("4821")
    assert log.read_text().split() == ["a", "a", "a"]
    monkeypatch.undo()
    monkeypatch.setattr("shutil.which", lambda name: "/nowhere/tesseract")
    assert await read(picture("a")) == Reading()


@pytest.mark.skipif(not can_read(), reason="Tesseract is not installed: apt-get install tesseract-ocr")
async def test_the_text_in_a_picture_is_read_for_those_that_do_not_see() -> None:
    from PIL import ImageDraw, ImageFont

    sign = Pillow.new("RGB", (700, 120), "white")
    ImageDraw.Draw(sign).text((20, 30), "Order 4821 is broken", "black", ImageFont.load_default(48))
    out = io.BytesIO()
    sign.save(out, "PNG")
    image = drawn(out.getvalue())
    assert "4821" in (await read(image)).text
    (told,) = (await fitted(shown(image), vision=False)).messages
    assert told.images == ()
    assert told.text.startswith("Look\n[picture 1: ")
    assert "4821" in told.text
