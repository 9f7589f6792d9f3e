"""One target under atheris: `python -m tests.fuzz.libfuzzer NAME FOLDER [libFuzzer's options]`.

A process of its own: libFuzzer takes it over and ends it, and only what is imported under its eyes is seen. FOLDER
holds the inputs that are worth to be changed further, and what broke.
"""

import sys
from pathlib import Path

import atheris

NAME, FOLDER = sys.argv[1], Path(sys.argv[2])

with atheris.instrument_imports(include=["engine.syntax", "engine.expressions", "tests.fuzz.targets"]):
    from tests.fuzz.targets import TARGETS


def main() -> None:
    """Does not come back: libFuzzer ends the process, with 0 where nothing was found."""
    target = TARGETS[NAME]
    corpus, words = FOLDER / "corpus", FOLDER / "words"
    corpus.mkdir(parents=True)
    for number, seed in enumerate(target.seeds):
        (corpus / f"seed-{number}").write_bytes(seed)
    quoted = ["".join(f"\\x{byte:02x}" for byte in word) for word in target.words if word]
    words.write_text("".join(f'"{word}"\n' for word in quoted), "ascii")
    options = [f"-dict={words}", f"-artifact_prefix={FOLDER}/", *sys.argv[3:]]
    atheris.Setup([sys.argv[0], *options, str(corpus)], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
