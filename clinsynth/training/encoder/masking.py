"""Masking: which words of a row the model has to tell, and what it sees in their place."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

# Of the chosen words; the rest stay as they are, so that every state tells of its own word (Devlin et al., 2019,
# arXiv:1810.04805).
MASKED_SHARE, SWAPPED_SHARE = 0.8, 0.1
_BLANKS = "ĠĊĉč"  # how byte-level vocabularies write space, newline, tab and return


@dataclass(frozen=True, kw_only=True, slots=True)
class Masked:
    """Rows with words masked, shape (rows, length) each.

    Attributes:
        given: What the model sees.
        chosen: Which tokens it has to tell.
    """

    given: NDArray[np.int64] = field(repr=False)
    chosen: NDArray[np.bool_] = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Masker:
    """Masks whole words, all tokens of a word or none.

    Attributes:
        share: Of words that are chosen.
        mask: The number of the mask token.
        begins: Which tokens begin a word, bool, shape (vocabulary,).
    """

    share: float
    mask: int
    begins: NDArray[np.bool_] = field(repr=False)

    def __call__(self, tokens: NDArray[np.int64], targets: NDArray[np.bool_], *, seed: int) -> Masked:
        """Mask rows; the same seed masks the same words.

        Args:
            tokens: Shape (rows, length).
            targets: Which tokens may be chosen, same shape.
            seed: Of the draws.
        """
        random = np.random.default_rng(seed)
        starts = self.begins[tokens]
        starts[:, 0] = True
        word = starts.ravel().cumsum().reshape(tokens.shape) - 1
        n_words = int(word[-1, -1]) + 1
        chosen = (random.random(n_words) < self.share)[word] & targets
        fate = random.random(n_words)[word]
        swapped = random.integers(0, len(self.begins), tokens.shape)
        given = np.where(chosen & (fate < MASKED_SHARE), self.mask, tokens)
        is_swapped = chosen & (fate >= MASKED_SHARE) & (fate < MASKED_SHARE + SWAPPED_SHARE)
        return Masked(given=np.where(is_swapped, swapped, given), chosen=chosen)


def masker(tokenizer: "PreTrainedTokenizerFast", *, share: float) -> Masker:
    """Make the masker of a byte-level tokenizer: a letter goes on with the word before it, anything else begins one."""
    tokens = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    begins = np.array([token[0] in _BLANKS or not token[0].isalpha() for token in tokens])
    return Masker(share=share, mask=int(tokenizer.mask_token_id), begins=begins)
