"""The embedded encoder: the language model read in both directions, trained on to tell words that are masked."""
