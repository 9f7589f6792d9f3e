"""Make the vectors of engine/models/local/everyday.txt: `python -m benchmarks.embed_everyday`, once it has changed."""

import numpy as np

from engine.models.local import everyday, vectors


def main() -> None:
    """Write a row of halves a thing."""
    rows = vectors.multilingual([one.name for one in everyday.things()])
    np.save(everyday.VECTORS, rows.astype(np.float16))
    print(f"{everyday.VECTORS.name}: {rows.shape[0]} things of {1 + everyday.things()[-1].group} groups")


if __name__ == "__main__":
    main()
