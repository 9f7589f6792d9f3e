"""The checks, a file each: guardrails-ai validators that also run in any Guard of that library."""
