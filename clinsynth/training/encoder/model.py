"""An encoder of Llama's shape whose attention sees both sides, begun from the weights of a causal model."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from clinsynth.errors import ConfigError

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

MASK = "<|mask|>"
_MLP = ("gate_proj", "up_proj", "down_proj")


def with_mask(tokenizer: "PreTrainedTokenizerFast") -> "PreTrainedTokenizerFast":
    """Add the mask token behind the vocabulary; every other token keeps its number.

    It takes the space before it: a word of a byte-level vocabulary begins with its space, and so does what it hides.
    """
    from tokenizers import AddedToken

    tokenizer.add_special_tokens({"mask_token": AddedToken(MASK, lstrip=True, special=True)})
    return tokenizer


def new_encoder(
    causal: Mapping[str, Any], tokenizer: "PreTrainedTokenizerFast", *, layers: int, intermediate: int, seed: int
) -> "PreTrainedModel":
    """Give an encoder (EuroBERT: Boizard et al., 2025, arXiv:2503.05500) with random weights and tied embeddings.

    Args:
        causal: The configuration of the Llama whose sizes it takes.
        tokenizer: With a mask token.
        layers: How many of the Llama's layers it has.
        intermediate: Neurons of each feed-forward block.
        seed: The weights are drawn from it.

    Raises:
        ConfigError: It would have more layers or neurons than the Llama.
    """
    import torch
    from transformers import EuroBertConfig, EuroBertForMaskedLM

    _check_fits(causal, layers=layers, intermediate=intermediate)
    shape = EuroBertConfig(
        vocab_size=len(tokenizer),
        hidden_size=causal["hidden_size"],
        intermediate_size=intermediate,
        num_hidden_layers=layers,
        num_attention_heads=causal["num_attention_heads"],
        num_key_value_heads=causal["num_key_value_heads"],
        head_dim=causal["head_dim"],
        hidden_act=causal["hidden_act"],
        max_position_embeddings=causal["max_position_embeddings"],
        initializer_range=causal["initializer_range"],
        rms_norm_eps=causal["rms_norm_eps"],
        rope_parameters=dict(causal["rope_parameters"]),
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        mask_token_id=tokenizer.mask_token_id,
        classifier_pooling="mean",
        use_cache=False,
        attn_implementation="sdpa",
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return EuroBertForMaskedLM(shape)


def _check_fits(causal: Mapping[str, Any], *, layers: int, intermediate: int) -> None:
    if causal.get("model_type") != "llama" or causal.get("attention_bias") or causal.get("mlp_bias"):
        raise ConfigError(f"encoder: start is a {causal.get('model_type')}; a Llama without biases was expected")
    for name, given, most in (
        ("layers", layers, causal["num_hidden_layers"]),
        ("intermediate", intermediate, causal["intermediate_size"]),
    ):
        if given > most:
            raise ConfigError(f"encoder: {name} is {given}, and the model it starts from has {most}")


def begin(encoder: "PreTrainedModel", causal: Mapping[str, "Tensor"]) -> None:
    """Give an encoder the weights of a Llama: its first layers, and of each the neurons that weigh most.

    The embedding of a token that the Llama does not have, the mask, is the mean of all others.

    Args:
        encoder: What `new_encoder` gives.
        causal: The weights of the Llama by name.
    """
    import torch

    kept = {
        number: _strongest(causal, number, encoder.config.intermediate_size)
        for number in range(encoder.config.num_hidden_layers)
    }
    with torch.no_grad():
        for name, weights in encoder.named_parameters():
            given = causal[name].float()
            if name == "model.embed_tokens.weight":
                n_new = len(weights) - len(given)
                weights.copy_(torch.cat([given, given.mean(dim=0, keepdim=True).expand(n_new, -1)]))
            elif (found := _mlp_of(name)) is not None:
                number, part = found
                weights.copy_(given[:, kept[number]] if part == "down_proj" else given[kept[number]])
            else:
                weights.copy_(given)


def _mlp_of(name: str) -> tuple[int, str] | None:
    """Give the number of the layer and the part of its feed-forward block that a weight is, or None."""
    parts = name.split(".")
    return (int(parts[2]), parts[4]) if len(parts) > 4 and parts[4] in _MLP else None  # noqa: PLR2004 - model.layers.N.mlp.PART.weight


def _strongest(causal: Mapping[str, "Tensor"], number: int, n_kept: int) -> "Tensor":
    """Give the neurons of a layer that weigh most, in their order: norm of what they read times norm written."""
    up, down = (causal[f"model.layers.{number}.mlp.{part}.weight"].float() for part in ("up_proj", "down_proj"))
    strength = up.norm(dim=1) * down.norm(dim=0)
    return strength.topk(n_kept).indices.sort().values


def masked_logits(
    model: "PreTrainedModel", given: "Tensor", chosen: "Tensor", *, attended: "Tensor | None" = None
) -> "Tensor":
    """Give the logits over the vocabulary where a token was chosen; only those go through the vocabulary matrix.

    Args:
        model: An encoder with a head over the vocabulary.
        given: Token ids as the model sees them, shape (rows, length).
        chosen: Which of them the model has to tell, bool, same shape.
        attended: 0 at padding, 1 elsewhere, same shape; None where there is no padding.

    Returns:
        float32, shape (chosen, vocabulary), in the order of rows and positions.
    """
    import torch

    with torch.autocast(given.device.type, dtype=torch.bfloat16):
        hidden = model.model(input_ids=given, attention_mask=attended).last_hidden_state[chosen]
        return model.lm_head(hidden).float()
