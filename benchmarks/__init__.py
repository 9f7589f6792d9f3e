"""Measurements, beside the tests: ratios in one run, which CI does not gate on."""
