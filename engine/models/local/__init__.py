"""The embedded model: no key, no download, no invented sentence.

It classifies by examples, extracts by patterns and words, and answers by quoting. Importing it is cheap;
weights are read at the first use, once a process.
"""
