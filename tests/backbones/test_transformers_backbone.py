import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from shapes import CHAT_SHAPES, CHAT_TEMPLATE, END, SHAPES

from clinsynth.backbones.transformers import TransformersBackbone
from clinsynth.errors import ClinsynthError, ConfigError, InputError, MissingError
from clinsynth.records import Prompt

Checkpoint = Callable[[str], Path]
TEXTS = ("The patient", "She denies chest pain, fever, cough and shortness of breath. Metformin 500 mg", "[Plan")


def backbone(folder: Path, **options: object) -> TransformersBackbone:
    return TransformersBackbone(model=str(folder), dtype="float32", **options)  # type: ignore[arg-type]


def prompts(**settings: object) -> list[Prompt]:
    return [Prompt(text=text, **{"max_new_tokens": 20, **settings}) for text in TEXTS]  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", SHAPES)
def test_padding_changes_no_text(checkpoint: Checkpoint, shape: str) -> None:
    """A prompt's most probable text is the same beside longer prompts as alone, and as by the library itself."""
    import torch

    writes = backbone(checkpoint(shape), chat=False)
    together = writes(prompts(temperature=0.0), [1, 2, 3])
    for prompt, generation in zip(prompts(temperature=0.0), together, strict=True):
        assert writes([prompt], [9]) == [generation]
        read = writes._tokenizer(prompt.text, return_tensors="pt")
        with torch.inference_mode():
            ids = writes._model.generate(
                read.input_ids, attention_mask=read.attention_mask, do_sample=False, max_new_tokens=20
            )
        assert writes._tokenizer.decode(ids[0, read.input_ids.shape[1] :], skip_special_tokens=True) == generation.text


@pytest.mark.parametrize("shape", SHAPES)
def test_scores_are_those_of_one_forward_pass(checkpoint: Checkpoint, shape: str) -> None:
    """Scores equal the log-softmax of a plain pass over prompt and continuation, in a batch as singly."""
    import torch

    scorer = backbone(checkpoint(shape), chat=False)
    after = (" denies chest pain.", " twice daily", "")
    batch = scorer.score(prompts(), after)
    for prompt, text, scores in zip(prompts(), after, batch, strict=True):
        assert scorer.score([prompt], [text])[0] == pytest.approx(scores, abs=1e-4)
        before = scorer._tokenizer(prompt.text).input_ids
        ids = before + scorer._tokenizer(text, add_special_tokens=False).input_ids
        with torch.inference_mode():
            logits = scorer._model(torch.tensor([ids])).logits[0].log_softmax(-1)
        assert scores == pytest.approx([logits[i - 1, ids[i]].item() for i in range(len(before), len(ids))], abs=1e-4)


def test_each_note_draws_from_its_own_seed(checkpoint: Checkpoint) -> None:
    """The same seeds give the same texts; another seed for one note changes its text and no other."""
    writes = backbone(checkpoint("llama"))
    settings = {"temperature": 1.2, "top_p": 0.95, "repetition_penalty": 1.1}
    first = writes(prompts(**settings), [11, 12, 13])
    assert backbone(checkpoint("llama"))(prompts(**settings), [11, 12, 13]) == first
    second = writes(prompts(**settings), [11, 99, 13])
    assert [one == other for one, other in zip(first, second, strict=True)] == [True, False, True]


def test_order_and_the_global_generator_change_nothing(checkpoint: Checkpoint) -> None:
    """Texts go with their prompts and seeds, in whatever order these are given and whatever was drawn before."""
    import torch

    writes = backbone(checkpoint("qwen3"))
    first = writes(prompts(temperature=1.0), [1, 2, 3])
    with torch.random.fork_rng():
        torch.manual_seed(123)
        assert writes(prompts(temperature=1.0)[::-1], [3, 2, 1]) == first[::-1]


def test_settings_may_differ_within_a_batch(checkpoint: Checkpoint) -> None:
    """Rows with their own length, temperature and stops get what each would alone."""
    writes = backbone(checkpoint("llama"))
    mixed = [
        Prompt(text=TEXTS[0], max_new_tokens=3, temperature=0.0),
        Prompt(text=TEXTS[1], max_new_tokens=25, temperature=1.0, top_k=5),
        Prompt(text=TEXTS[2], max_new_tokens=9, temperature=1.5, stops=("e",)),
    ]
    together = writes(mixed, [1, 2, 3])
    assert [writes([prompt], [seed])[0] for seed, prompt in enumerate(mixed, start=1)] == together
    assert together[0].n_tokens == 3
    assert together[0].ended == "length"


def test_a_stop_text_ends_and_is_cut(checkpoint: Checkpoint) -> None:
    """The text with a stop is the text without it, up to its first occurrence."""
    writes = backbone(checkpoint("llama"))
    free = writes(prompts(temperature=1.0, max_new_tokens=40), [1, 2, 3])
    for seed, (prompt, generation) in enumerate(zip(prompts(), free, strict=True), start=1):
        middle = len(generation.text) // 2
        stop = generation.text[middle : middle + 3]
        stopped = writes([Prompt(text=prompt.text, temperature=1.0, max_new_tokens=40, stops=(stop,))], [seed])[0]
        assert stopped.text == generation.text[: generation.text.index(stop)]
        assert stopped.ended == "stop"
        assert stopped.n_tokens <= generation.n_tokens


def test_the_end_token_ends(checkpoint: Checkpoint, tmp_path: Path) -> None:
    """What any of the model's end tokens, or a stop that is a token, comes after is the whole text."""
    writes = backbone(checkpoint("llama"))
    (free,) = writes(prompts(temperature=0.0)[:1], [1])
    ids = writes._tokenizer(TEXTS[0] + free.text).input_ids
    ending = shutil.copytree(checkpoint("llama"), tmp_path / "ending")
    config = json.loads((ending / "generation_config.json").read_text())
    known = writes._tokenizer.convert_tokens_to_ids(END)
    (ending / "generation_config.json").write_text(json.dumps(config | {"eos_token_id": [known, *ids]}))
    (ended,) = backbone(ending)(prompts(temperature=0.0)[:1], [1])
    assert ended.ended == "stop"
    assert ended.n_tokens < free.n_tokens
    assert free.text.startswith(ended.text)


def test_log_probabilities_come_when_asked_for(checkpoint: Checkpoint) -> None:
    """There is one a token, that of the model before temperature and nucleus, and none unless asked for."""
    asked = backbone(checkpoint("gpt2"), logprobs=True)(prompts(temperature=0.7), [1, 2, 3])
    plain = backbone(checkpoint("gpt2"))(prompts(temperature=0.7), [1, 2, 3])
    assert [generation.text for generation in asked] == [generation.text for generation in plain]
    assert all(generation.logprobs is None for generation in plain)
    assert all(g.logprobs is not None and len(g.logprobs) == g.n_tokens and max(g.logprobs) <= 0 for g in asked)


@pytest.mark.parametrize("shape", CHAT_SHAPES)
def test_a_chat_template_is_used(checkpoint: Checkpoint, shape: str) -> None:
    """A model with a template reads one user turn and the opening of its own, with no second begin token."""
    folder = checkpoint(shape)
    by_template = backbone(folder)(prompts(temperature=0.0), [1, 2, 3])
    framed = [Prompt(text=f"<|user|>{text}{END}<|assistant|>", max_new_tokens=20, temperature=0.0) for text in TEXTS]
    by_hand = backbone(folder, chat=False)
    tokens = by_hand._tokenizer(framed[0].text, add_special_tokens=False).input_ids
    assert backbone(folder)._tokens(prompts()[0]) == tokens
    assert by_template != by_hand(prompts(temperature=0.0), [1, 2, 3])


def _with_chat_template(folder: Path, template: str) -> Path:
    (folder / "chat_template.jinja").write_text(template)
    return folder


REFUSING = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system turn') }}{% endif %}" + CHAT_TEMPLATE
SILENT = CHAT_TEMPLATE.replace("messages %}", "messages if message['role'] != 'system' %}", 1)


@pytest.mark.parametrize(
    ("template", "opening"),
    [
        (CHAT_TEMPLATE, f"<|system|>Be brief.{END}<|user|>The patient{END}<|assistant|>"),
        (REFUSING, f"<|user|>Be brief.\n\nThe patient{END}<|assistant|>"),
        (SILENT, f"<|user|>Be brief.\n\nThe patient{END}<|assistant|>"),
    ],
)
def test_a_system_text_is_never_lost(checkpoint: Checkpoint, tmp_path: Path, template: str, opening: str) -> None:
    """It is the system turn where the chat template has one, and stands before the prompt where it has none."""
    folder = _with_chat_template(shutil.copytree(checkpoint("qwen2"), tmp_path / "chat"), template)
    chats = backbone(folder)
    tokens = chats._tokens(Prompt(text="The patient", system="Be brief."))
    assert tokens == chats._tokenizer(opening, add_special_tokens=False).input_ids
    assert chats._tokens(Prompt(text="The patient")) == chats._tokens(Prompt(text="The patient", system=""))


def test_a_model_without_chat_reads_the_system_text_first(checkpoint: Checkpoint) -> None:
    """Without a chat template all is one text, with a blank line between."""
    plain = backbone(checkpoint("llama"))
    assert plain._tokens(Prompt(text="The patient", system="Be brief.")) == plain._tokens(
        Prompt(text="Be brief.\n\nThe patient")
    )


def test_chat_without_a_template_is_refused(checkpoint: Checkpoint) -> None:
    """Asking for chat where the tokenizer has no template says so."""
    with pytest.raises(ConfigError, match="has no chat template"):
        backbone(checkpoint("llama"), chat=True)(prompts(), [1, 2, 3])


@pytest.mark.parametrize("shape", ["gpt2", "llama"])
def test_what_does_not_fit_is_refused_with_its_sizes(checkpoint: Checkpoint, shape: str) -> None:
    """A prompt and its text beyond the context are refused; up to its last position they are written."""
    writes = backbone(checkpoint(shape))
    n_prompt = len(writes._tokens(prompts()[1]))
    rows = [Prompt(text=TEXTS[1], max_new_tokens=128 - n_prompt), Prompt(text=TEXTS[0], max_new_tokens=100)]
    assert len(writes(rows, [1, 2])) == 2
    with pytest.raises(ConfigError, match=rf"{n_prompt} tokens and max_new_tokens = {129 - n_prompt} .* 128 tokens"):
        writes([Prompt(text=TEXTS[1], max_new_tokens=129 - n_prompt)], [1])


def test_an_empty_prompt_begins_with_the_begin_token(checkpoint: Checkpoint) -> None:
    """A model is never given nothing to read."""
    writes = backbone(checkpoint("llama"))
    writes._tokenizer.backend_tokenizer.post_processor = None
    assert writes._tokens(Prompt(text="")) == [writes._tokenizer.bos_token_id]


def _pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def _truncated(folder: Path) -> None:
    weights = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(weights[: len(weights) // 2])


def _without_config(folder: Path) -> None:
    (folder / "config.json").unlink()


def _with_broken_config(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def _of_unknown_type(folder: Path) -> None:
    (folder / "config.json").write_text(json.dumps({"model_type": "nothing-known"}))


def _with_code_of_its_own(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    code = {"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"}
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "own", "auto_map": code}))
    (folder / "own.py").write_text("raise SystemExit('this must never run')")


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_pickled, "safetensors"),
        (_truncated, "cannot be loaded"),
        (_without_config, "has no config.json"),
        (_with_broken_config, "is not JSON"),
        (_of_unknown_type, "cannot be loaded"),
        (_with_code_of_its_own, "cannot be loaded"),
    ],
)
def test_a_folder_that_is_no_model_is_named(
    checkpoint: Checkpoint, tmp_path: Path, spoil: Callable[[Path], None], words: str
) -> None:
    """One line says which folder and why."""
    folder = shutil.copytree(checkpoint("llama"), tmp_path / "spoilt")
    spoil(folder)
    with pytest.raises(InputError, match=words) as caught:
        backbone(folder)(prompts(), [1, 2, 3])
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("model", ["./nowhere", "/nowhere/at/all", "nobody/nothing", "nothing-of-that-name"])
def test_a_missing_model_is_said_on_one_line(model: str) -> None:
    """Neither a path nor a hub id that is not on this machine is fetched; the message says what to do."""
    with pytest.raises(MissingError) as caught:
        TransformersBackbone(model=model)(prompts(), [1, 2, 3])
    assert model in str(caught.value)
    assert "give a folder" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_no_message_holds_a_prompt(checkpoint: Checkpoint) -> None:
    """What was asked for is not part of an error."""
    with pytest.raises(ClinsynthError) as caught:
        backbone(checkpoint("llama"))([Prompt(text="Jane Roe, " * 200)], [1])
    assert "Jane" not in str(caught.value)
