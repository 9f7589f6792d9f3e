"""Texts that ask for what is nobody's right, and a model that obeys every one of them."""
