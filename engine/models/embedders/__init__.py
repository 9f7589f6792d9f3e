"""Embedders: texts to vectors. The packaged one needs nothing; the others ask a server, at home or not."""
