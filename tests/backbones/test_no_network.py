import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# Run in a process of its own: the hub's library reads its environment once, and the tests set it to offline.
PROGRAM = """
import socket, sys

def refuse(*_, **__):
    raise SystemExit("asked the network")

socket.getaddrinfo = socket.socket.connect = refuse
from clinsynth.backbones.transformers import TransformersBackbone
from clinsynth.errors import MissingError
from clinsynth.records import Prompt

prompts = [Prompt(text="a", max_new_tokens=2)]
print(len(TransformersBackbone(model=sys.argv[1])(prompts, [1])))
try:
    TransformersBackbone(model="nobody/nothing")(prompts, [1])
except MissingError:
    print("missing")
"""


@pytest.mark.slow
def test_nothing_is_asked_of_the_network(checkpoint: Callable[[str], Path]) -> None:
    """A model on disk is loaded, and a hub id that is not here refused, without one look at the network."""
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    command = [sys.executable, "-c", PROGRAM, str(checkpoint("mistral"))]
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert answer.stdout.split() == ["1", "missing"], answer.stderr
