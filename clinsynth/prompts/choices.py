"""Choices inside a text: "[denies|has no] fever" says one or the other, drawn for its section alone.

An alternative may be empty ("[today|]") and may hold choices and Jinja of its own; only what was chosen is evaluated.
A bracket without a bar is a bracket. What a case says is put in afterwards, so that it is never taken for a choice.
"""

import re

from clinsynth.errors import ConfigError

# What is Jinja stays whole: the bars of its filters and the brackets of its lists choose nothing.
_PART = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}|[\[|\]]", re.DOTALL)


def expanded(source: str, *, where: str) -> str:
    """Write the choices of a text in Jinja; the filter `drawn` draws the number of an alternative.

    Args:
        source: The text.
        where: File and place, for messages.

    Raises:
        ConfigError: A bracket is not closed, or not opened.
    """
    choices: list[list[str]] = [[""]]
    end = 0
    for part in _PART.finditer(source):
        choices[-1][-1] += source[end : part.start()]
        end = part.end()
        if part[0] == "[":
            choices.append([""])
        elif part[0] == "]":
            if len(choices) == 1:
                raise ConfigError(f'{where} has "]" without "["; alternatives stand between both: [a|b]')
            chosen = _one_of(choices.pop())
            choices[-1][-1] += chosen
        elif part[0] == "|" and len(choices) > 1:
            choices[-1].append("")
        else:
            choices[-1][-1] += part[0]
    if len(choices) > 1:
        raise ConfigError(f'{where} has "[" without "]"; alternatives stand between both: [a|b]')
    return choices[0][0] + source[end:]


def _one_of(alternatives: list[str]) -> str:
    if len(alternatives) == 1:
        return f"[{alternatives[0]}]"
    # The plus signs keep the line breaks that blocks would take away.
    branches = "".join(
        f"{{%+ {'elif' if number else 'if'} choice == {number} +%}}{text}" for number, text in enumerate(alternatives)
    )
    return f"{{%+ with choice = {len(alternatives)} | drawn +%}}{branches}{{%+ endif +%}}{{%+ endwith +%}}"
