"""What models are told, as templates: one a job, each with the blocks `system` (instructions) and `data`.

Data never stands among instructions: the block `system` sees only what authors of flows wrote, the block `data` also
the conversation, articles and values. A project replaces a template by a file of its name in `prompts/`. The digest of
all of them is part of every plan. `engine.prompts.texts` needs nothing but the standard library; only
`engine.prompts.render` imports jinja2.
"""

from engine.prompts.texts import JOBS, SUFFIX, built_in, version

__all__ = ["JOBS", "SUFFIX", "built_in", "version"]
