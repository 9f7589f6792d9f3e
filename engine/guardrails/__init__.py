"""Guardrails: checks over texts, named in sets. `base` has the guard, `registry` the names, `checks` a file each."""
