"""The tokenizer of a base model: a byte-level BPE that takes every text and gives it back."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

END = "<|end|>"
PAD = "<|pad|>"


def train_tokenizer(texts: Iterable[str], *, vocabulary: int, context: int) -> "PreTrainedTokenizerFast":
    """Train a byte-level BPE (Sennrich et al., 2016, arXiv:1508.07909) in which every digit is a token of its own.

    Digits stand alone so that a dose or a result is copied digit by digit, whatever numbers training held.

    Args:
        texts: What it is trained on, streamed.
        vocabulary: Number of tokens, the 256 bytes and the end and padding tokens included.
        context: The longest sequence of the model it is for, in tokens.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[END, PAD],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=END,
        pad_token=PAD,
        model_max_length=context,
        clean_up_tokenization_spaces=False,
    )
