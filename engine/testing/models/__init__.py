"""Stand-ins of model providers: they speak the wire formats of Anthropic, OpenAI, Mistral and Google over real HTTP,
and say what a test tells them to."""

from engine.testing.models.form import Asked, Fails, Says
from engine.testing.models.standin import ModelStandIn

__all__ = ["Asked", "Fails", "ModelStandIn", "Says"]
