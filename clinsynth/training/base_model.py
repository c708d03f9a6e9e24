"""A small Llama from nothing, and how its weights are stepped."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from clinsynth.recipes import Pretrain

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

WARM_UP_STEPS = 25
DECAY_SHARE = 0.5
FINAL_SHARE = 0.02
WEIGHT_DECAY = 0.05
CLIP_NORM = 1.0


def new_model(config: Pretrain, tokenizer: "PreTrainedTokenizerFast", *, seed: int) -> "PreTrainedModel":
    """Give a Llama (Touvron et al., 2023, arXiv:2302.13971) with tied embeddings and weights drawn from the seed."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    shape = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=config.hidden,
        num_hidden_layers=config.layers,
        num_attention_heads=config.heads,
        num_key_value_heads=config.heads,
        intermediate_size=config.intermediate,
        max_position_embeddings=config.context,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        attn_implementation="sdpa",
        use_cache=False,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return LlamaForCausalLM(shape)


def rate_at(step: int, n_steps: int) -> float:
    """Give the learning rate of a step as a share of the highest: a short rise, a plateau, a straight fall.

    >>> [round(rate_at(step, 1000), 2) for step in (0, 24, 400, 750, 999)]
    [0.04, 1.0, 1.0, 0.5, 0.02]
    """
    if step < WARM_UP_STEPS:
        return (step + 1) / WARM_UP_STEPS
    n_decay = max(1, int(n_steps * DECAY_SHARE))
    left = n_steps - step
    return 1.0 if left >= n_decay else max(FINAL_SHARE, left / n_decay)


@dataclass(frozen=True, kw_only=True)
class Stepper:
    """Two optimizers, one learning rate: Muon for the matrices inside the layers, AdamW for embeddings and norms.

    Muon's update is scaled to the size of AdamW's (Liu et al., 2025, arXiv:2502.16982).
    """

    model: "PreTrainedModel"
    rate: float
    optimizers: tuple["Optimizer", ...] = field(init=False)

    def __post_init__(self) -> None:
        import torch

        named = list(self.model.named_parameters())
        inner = [weights for name, weights in named if weights.ndim > 1 and ".layers." in name]
        inner_ids = {id(weights) for weights in inner}
        others = [weights for _, weights in named if id(weights) not in inner_ids]
        muon = torch.optim.Muon(inner, lr=self.rate, weight_decay=WEIGHT_DECAY, adjust_lr_fn="match_rms_adamw")
        adam = torch.optim.AdamW(others, lr=self.rate, betas=(0.9, 0.95), weight_decay=0.0)
        object.__setattr__(self, "optimizers", (muon, adam))

    def step(self, share: float) -> None:
        """Clip the gradients, move the weights at a share of the highest rate, and clear the gradients."""
        import torch

        torch.nn.utils.clip_grad_norm_(self.model.parameters(), CLIP_NORM)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.rate * share
            optimizer.step()
            optimizer.zero_grad(set_to_none=True)

    def state(self) -> dict[str, "Tensor"]:
        """Give weights and moments by name, all that is needed to go on."""
        tensors = {f"model/{name}": weights.detach() for name, weights in self.model.named_parameters()}
        for number, optimizer in enumerate(self.optimizers):
            for index, moments in optimizer.state_dict()["state"].items():
                tensors |= {f"optimizer/{number}/{index}/{name}": value for name, value in moments.items()}
        return tensors

    def load(self, tensors: dict[str, "Tensor"]) -> None:
        """Take what `state` gave."""
        import torch

        with torch.no_grad():
            for name, weights in self.model.named_parameters():
                weights.copy_(tensors[f"model/{name}"])
        for number, optimizer in enumerate(self.optimizers):
            state: dict[int, dict[str, Any]] = {}
            for key, value in tensors.items():
                kind, *rest = key.split("/")
                if kind == "optimizer" and rest[0] == str(number):
                    state.setdefault(int(rest[1]), {})[rest[2]] = value
            optimizer.load_state_dict({"state": state, "param_groups": optimizer.state_dict()["param_groups"]})


def text_losses(model: "PreTrainedModel", tokens: "Tensor", targets: "Tensor") -> "Tensor":
    """Give the loss, in nats, of each token that is a target.

    Only those positions go through the vocabulary matrix, a third of the work of a small model.

    Args:
        model: A causal model whose hidden states its `lm_head` reads.
        tokens: Token ids, shape (rows, length).
        targets: Which of them are to be predicted, bool, same shape; the first of a row never is.

    Returns:
        Shape (targets,), in the order of rows and positions.
    """
    import torch

    wanted = targets[:, 1:]
    with torch.autocast("cpu", dtype=torch.bfloat16):
        hidden = model.get_decoder()(input_ids=tokens).last_hidden_state[:, :-1][wanted]
        logits = model.get_output_embeddings()(hidden)
    return torch.nn.functional.cross_entropy(logits.float(), tokens[:, 1:][wanted], reduction="none")
