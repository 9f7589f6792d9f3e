"""How a large vector index does: `python -m benchmarks.knowledge scale`. Synthetic vectors, since nobody has a million
passages here."""

import resource
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles
from typing import Any

import numpy as np

from engine.models.local.embedding import DIMENSION

__all__ = ["measure_scale"]


class Synthetic:
    """Vectors of the packaged embedder's length, around centres as texts of one subject are."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(7)
        self.centres = self.rng.standard_normal((2_000, DIMENSION)).astype(np.float32)

    def some(self, count: int) -> np.ndarray[Any, np.dtype[np.float32]]:
        """Each beside a centre."""
        noise = self.rng.standard_normal((count, DIMENSION)).astype(np.float32)
        return np.asarray(self.centres[self.rng.integers(0, len(self.centres), count)] + 0.7 * noise)

    def table(self, folder: Path, rows: int) -> Any:
        """A table of unit vectors, written in parts."""
        import lancedb
        import pyarrow as pa

        names = [pa.field("id", pa.utf8()), pa.field("audience", pa.utf8())]
        schema = pa.schema([*names, pa.field("vector", pa.list_(pa.float32(), DIMENSION))])

        def batches() -> Iterator[Any]:
            for start in range(0, rows, 10_000):
                size = min(10_000, rows - start)
                some = self.some(size)
                some /= np.linalg.norm(some, axis=1, keepdims=True)
                vectors = pa.FixedSizeListArray.from_arrays(pa.array(some.reshape(-1)), DIMENSION)
                ids = pa.array([f"c{start + n}" for n in range(size)])
                yield pa.record_batch([ids, pa.array(["public"] * size), vectors], schema=schema)

        return lancedb.connect(folder / "scale").create_table("vectors", data=batches(), schema=schema)


def measure_scale(folder: Path, rows: int) -> dict[str, Any]:
    """A large table: exact search against an index."""
    synthetic = Synthetic()
    table = synthetic.table(folder, rows)
    queries = synthetic.some(50)

    def nearest(probes: int | None) -> tuple[list[set[str]], float]:
        found, times = [], []
        for one in queries:
            query = (
                table.search(one, vector_column_name="vector")
                .distance_type("cosine")
                .where("audience IN ('public')", prefilter=True)
            )
            query = query.nprobes(probes) if probes else query.bypass_vector_index()
            started = time.perf_counter()
            found.append({row["id"] for row in query.select(["id", "_distance"]).limit(50).to_list()})
            times.append(1_000 * (time.perf_counter() - started))
        return found, quantiles(times, n=100)[94]

    exact, exact_ms = nearest(None)
    started = time.perf_counter()
    table.create_index(
        metric="cosine", index_type="IVF_FLAT", num_partitions=int(rows**0.5), vector_column_name="vector"
    )
    built = time.perf_counter() - started
    results: dict[str, Any] = {
        "vectors": rows,
        "exact p95 ms": round(exact_ms, 1),
        "index": "IVF_FLAT",
        "built in s": round(built, 1),
    }
    for probes in (8, 24, 64):
        found, ms = nearest(probes)
        recall = float(np.mean([len(a & b) / len(b) for a, b in zip(found, exact, strict=True)]))
        results[f"{probes} probes"] = {"p95 ms": round(ms, 1), "recall@50": round(recall, 3)}
    results["peak memory MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    results["disk MB"] = (
        sum(path.stat().st_size for path in (folder / "scale").rglob("*") if path.is_file()) // 1_000_000
    )
    return results
