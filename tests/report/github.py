"""How GitHub's runner reads a line of output (its two syntaxes for commands), as an oracle for the tests."""

import re

COMMANDS = {
    "add-mask",
    "add-matcher",
    "debug",
    "echo",
    "error",
    "group",
    "endgroup",
    "notice",
    "save-state",
    "set-output",
    "stop-commands",
    "warning",
}


def read(line):
    """What the runner makes of a command in the newer syntax: its name, its properties and its message."""
    words, _, message = line.lstrip()[2:].partition("::")
    name, _, given = words.partition(" ")
    pairs = [pair.split("=", 1) for pair in given.strip().split(",") if pair]
    properties = {pair[0]: _unescaped(pair[1], "\r\n:,") for pair in pairs if len(pair) == 2}
    return name, properties, _unescaped(message, "\r\n")


def _unescaped(text, characters):
    for character in f"{characters}%":
        text = text.replace(f"%{ord(character):02X}", character)
    return text


def lines(text):
    """The runner's lines: LF, CR LF and a lone CR end one."""
    return re.split(r"\r\n|\r|\n", text)


def command(line):
    """The command that the runner would take this line for, or None."""
    return _newer(line) or _older(line)


def _newer(line):
    line = line.lstrip()
    if not line.startswith("::") or "::" not in line[2:]:
        return None
    return _known(line[2 : line.index("::", 2)])


def _older(line):
    start = line.find("##[")
    end = line.find("]", start)
    return None if start < 0 or end < 0 else _known(line[start + 3 : end])


def _known(words):
    name = words.partition(" ")[0].lower()
    return name if name in COMMANDS else None
