#!/usr/bin/env python3
"""Prints a table by room: lines of C#, the longest file, the longest method, lines over 140 characters.

usage: bench/rooms.py [REPOSITORY]

A room is an assembly below src, or a folder of it; src/Lanewise.Kernels, src/Lanewise.Imaging and src/Lanewise.Reports are one room each. The length of a method
is that of its body without braces, found by braces after strings and comments have been blanked.
"""

import os
import re
import sys

UNDIVIDED = {"Lanewise.Kernels", "Lanewise.Imaging", "Lanewise.Reports"}
MAX_COLUMNS = 140

TOKEN = re.compile(
    r"""//[^\n]*|/\*.*?\*/|'(?:\\.[^']*|[^'\\])'|\$*(\"{3,}).*?\1|(?:\$@|@\$|@)"(?:[^"]|"")*"|\$"(?:\\.|\{\{|\{(?:[^{}"]|"(?:\\.|[^"\\])*")*\}|[^"\\])*"|"(?:\\.|[^"\\])*\"""",
    re.DOTALL,
)
TYPE = re.compile(r"\b(class|struct|record|interface|enum|namespace|extension)\b")
WHERE = re.compile(r"\bwhere\b[^{]*")
INITIALIZER = re.compile(r"(?<![=!<>])=(?![=>])")
ATTRIBUTES = re.compile(r"^\s*(\[[^\]]*\]\s*)+")
NAME = re.compile(r"(\w+)(?:<[^(){}]*>)?\s*(?:\(|$)", re.MULTILINE)


def without_parentheses(text):
    while True:
        shorter = re.sub(r"\([^()]*\)", "", text)
        if shorter == text:
            return text
        text = shorter


def name_in(header):
    match = NAME.search(ATTRIBUTES.sub("", header))
    return match.group(1) if match else "?"


def methods(source):
    """Yields the name and the length of each member's body."""
    code = TOKEN.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), source)
    blocks, start, depth, arrow, line = [(True, "", 0)], 0, 0, 0, 1
    for i, c in enumerate(code):
        if c == "\n":
            line += 1
        elif c in "([":
            depth += 1
        elif c in ")]":
            depth -= 1
        elif depth > 0:
            continue
        elif c == "{":
            header = WHERE.sub("", code[start:i])
            outside = blocks[-1][0] and not arrow
            is_type = outside and TYPE.search(header) is not None
            is_member = outside and not is_type and not INITIALIZER.search(without_parentheses(header))
            blocks.append((is_type, name_in(header) if is_member else "", line))
            start = start if arrow else i + 1
        elif c == "}":
            _, member, begun = blocks.pop()
            if member:
                yield member, line - begun - 1
            start = start if arrow else i + 1
        elif c == ";" and blocks[-1][0]:
            if arrow:
                yield name_in(code[start:i].split("=>")[0]), line - arrow + 1
            arrow, start = 0, i + 1
        elif c == "=" and not arrow and blocks[-1][0] and code[i + 1 : i + 2] == ">":
            arrow = line


def sources(root):
    for folder, folders, files in os.walk(os.path.join(root, "src")):
        folders[:] = sorted(f for f in folders if f not in ("bin", "obj"))
        for file in sorted(files):
            if file.endswith(".cs"):
                yield os.path.relpath(os.path.join(folder, file), os.path.join(root, "src"))


def room_of(path):
    parts = path.split(os.sep)
    return parts[0] if parts[0] in UNDIVIDED or len(parts) == 2 else f"{parts[0]}/{parts[1]}"


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    rooms = {}
    for path in sources(root):
        with open(os.path.join(root, "src", path), encoding="utf-8-sig") as file:
            text = file.read()
        room = rooms.setdefault(room_of(path), {"files": [], "methods": [("-", 0)], "wide": 0})
        room["files"].append((os.path.basename(path), text.count("\n")))
        room["methods"] += methods(text)
        room["wide"] += sum(len(line) > MAX_COLUMNS for line in text.split("\n"))

    print("| room | files | lines | longest file | longest method | lines over 140 |")
    print("|---|---|---|---|---|---|")
    for name, room in sorted(rooms.items()):
        file, method = (max(room[kind], key=lambda entry: entry[1]) for kind in ("files", "methods"))
        lines = sum(length for _, length in room["files"])
        print(f"| {name} | {len(room['files'])} | {lines:,} | {file[0]} {file[1]} | {method[0]} {method[1]} | {room['wide']} |")
    everything = [room["files"] for room in rooms.values()]
    print(f"| total | {sum(map(len, everything))} | {sum(n for files in everything for _, n in files):,} | | | {sum(r['wide'] for r in rooms.values())} |")


main()
