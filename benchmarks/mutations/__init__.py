"""What is said of files in which one thing was changed: `python -m benchmarks.mutations`.

`made` changes one thing at a time in every right file of the golden corpus and of the sample shop, in every way that
it knows. `judged` checks each of these mutants. `safety` tells, by itself and by trying values, which of them let a
write through that was not let through before: each of these must be found, or named as a widened right.

Whether a mutant is a mistake is not always to be told: a reply that is left out is another flow, and a right one. So
the report has a line for each way of changing, and its headline counts those ways alone whose result nobody means.
"""
