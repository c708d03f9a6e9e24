"""The recognizer of chemicals and diseases that ships: its corpora, and its weights by spaCy's own training."""
