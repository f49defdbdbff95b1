"""A network as a picture: where its nodes stand, how they look, and the files it is written to."""
