"""The use cases of the box. Edges call them; adapters come as arguments; no sentence for readers here."""
