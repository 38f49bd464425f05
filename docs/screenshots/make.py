#!/usr/bin/env python3
"""Makes the screenshots of README: training in a terminal, a report, a Grad-CAM explanation.

Usage: dotnet build -c Release && python3 docs/screenshots/make.py [--epochs N]

Needs tmux, Chromium and the MNIST files (LANEWISE_DATA names the folder that has MNIST/raw); without one of them it says so and
makes nothing. All runs happen in a temporary folder, so the images contain no path of the machine. Run it while the machine is
idle: the terminal shows the throughput.
"""
import argparse
import gzip
import html
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import zlib

HERE = pathlib.Path(__file__).resolve().parent
CLI = HERE.parent.parent / "src/Lanewise.Cli/bin/Release/net10.0/Lanewise.Cli.dll"
COLUMNS, ROWS = 104, 14
TRAINING_TIMEOUT = 900

# The sixteen colours of a terminal, then the page of the terminal's window.
PALETTE = ["#1c1f23", "#ff7b80", "#3fcb9f", "#e3c23c", "#5eb3ee", "#ee86c0", "#58c7d3", "#d7dade",
           "#6c737d", "#ff9a9e", "#6ee0bb", "#f0d670", "#8ccbf7", "#f5a8d4", "#86dde6", "#ffffff"]
TERMINAL_CSS = """
body { margin: 0; background: #15181c; }
pre { margin: 0; padding: 14px 18px; color: #d7dade; font: 15px/1.35 'DejaVu Sans Mono', monospace; width: max-content; }
b { font-weight: 700; } .dim { opacity: .65; }
"""


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--epochs", type=int, default=5)
    epochs = arguments.parse_args().epochs
    chromium = next(filter(None, map(shutil.which, ["chromium", "chromium-browser", "google-chrome"])), None)
    mnist = find_mnist()
    for found, what in [(shutil.which("tmux"), "tmux"), (chromium, "Chromium"), (mnist, "MNIST below LANEWISE_DATA"),
                        (CLI.exists(), "the built CLI (dotnet build -c Release)")]:
        if not found:
            sys.exit(f"skipped: {what} not found")

    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "data/MNIST").mkdir(parents=True)
        (folder / "data/MNIST/raw").symlink_to(mnist, target_is_directory=True)
        write_seven(mnist, folder / "seven.png")
        terminal = train(folder, epochs)
        lanewise(folder, "report", "runs/residual-1")
        lanewise(folder, "explain", "runs/residual-1", "seven.png", "--grad-cam", "--output", "explained")

        page = folder / "terminal.html"
        page.write_text(f"<!DOCTYPE html><meta charset='utf-8'><style>{TERMINAL_CSS}</style><pre>{terminal}</pre>", encoding="utf-8")
        screenshot(chromium, page, "training.png", 1000, 130 + 20 * len(terminal.splitlines()))
        screenshot(chromium, folder / "runs/residual-1/report.html", "report.png", 1000, 985)
        screenshot(chromium, folder / "explained/explain.html", "explain.png", 1000, 745)


def find_mnist():
    """Finds the folder with MNIST's IDX files."""
    for root in os.environ.get("LANEWISE_DATA", "").split(os.pathsep):
        raw = pathlib.Path(root) / "MNIST/raw"
        if root and raw.is_dir():
            return raw.resolve()
    return None


def read(mnist, name):
    plain = mnist / name
    return plain.read_bytes() if plain.exists() else gzip.decompress((mnist / (name + ".gz")).read_bytes())


def write_seven(mnist, path):
    """Writes the first 7 of the test set as a PNG of 28x28 grey pixels."""
    labels = read(mnist, "t10k-labels-idx1-ubyte")[8:]
    start = 16 + labels.index(7) * 784
    pixels = read(mnist, "t10k-images-idx3-ubyte")[start:start + 784]
    rows = b"".join(b"\0" + pixels[i:i + 28] for i in range(0, 784, 28))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 28, 28, 8, 0, 0, 0, 0)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def environment():
    return os.environ | {"LANEWISE_DATA": "data", "TERM": "xterm-256color", "COLORTERM": "truecolor"}


def lanewise(folder, *arguments):
    subprocess.run(["dotnet", str(CLI), *arguments], cwd=folder, env=environment(), check=True, stdout=subprocess.DEVNULL)


def train(folder, epochs):
    """Trains in a tmux window and returns its content, during the last epoch, as HTML."""
    socket = folder / "tmux"
    tmux = ["tmux", "-S", str(socket)]
    (folder / "rc").write_text(f"PS1='$ '\nlanewise() {{ dotnet '{CLI}' \"$@\"; }}\nclear\n", encoding="utf-8")
    subprocess.run([*tmux, "-f", "/dev/null", "new-session", "-d", "-x", str(COLUMNS), "-y", str(ROWS), "bash --rcfile rc -i"],
                   cwd=folder, env=environment(), check=True)
    try:
        time.sleep(1)
        command = f"lanewise train residual --dataset mnist --epochs {epochs}"
        subprocess.run([*tmux, "send-keys", command, "Enter"], check=True)
        best, deadline = "", time.monotonic() + TRAINING_TIMEOUT
        while time.monotonic() < deadline:
            time.sleep(0.2)
            screen = subprocess.run([*tmux, "capture-pane", "-e", "-p"], check=True, capture_output=True, text=True).stdout
            plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", screen)
            if plain.count("$ ") > 1 or f"after {epochs} epoch" in plain:
                time.sleep(1)
                break
            # Every epoch but the last is listed, and the last is half done.
            bar = re.search(rf"epoch {epochs}/{epochs} \D* (\d+) %", plain)
            if bar and (not best or int(bar.group(1)) <= 60):
                best = screen
        else:
            raise TimeoutError(f"training did not end within {TRAINING_TIMEOUT} s")
        return to_html((best or screen).rstrip("\n"))
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)


def to_html(screen):
    """Converts a screen with SGR escape sequences to HTML."""
    out, style = [], {}
    for part in re.split(r"(\x1b\[[0-9;]*m)", screen):
        codes = re.fullmatch(r"\x1b\[([0-9;]*)m", part)
        if codes:
            apply(style, [int(code or 0) for code in codes.group(1).split(";")])
        elif part:
            css = ";".join(f"{key}:{value}" for key, value in style.items())
            out.append(f"<span style='{css}'>{html.escape(part)}</span>")
    return "".join(out)


def apply(style, codes):
    while codes:
        code = codes.pop(0)
        if code == 0:
            style.clear()
        elif code in (1, 2):
            style.update({"font-weight": "700"} if code == 1 else {"opacity": "0.7"})
        elif code == 22:
            style.pop("font-weight", None)
            style.pop("opacity", None)
        elif code in (38, 48):
            key = "color" if code == 38 else "background"
            if codes.pop(0) == 2:
                style[key] = "rgb({},{},{})".format(*codes[:3])
                del codes[:3]
            else:
                style[key] = indexed(codes.pop(0))
        elif code in (39, 49):
            style.pop("color" if code == 39 else "background", None)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style["color"] = PALETTE[code - 30 if code < 90 else code - 82]


def indexed(i):
    """The colour of an index of the 256-colour palette."""
    if i < 16:
        return PALETTE[i]
    if i >= 232:
        return "rgb({0},{0},{0})".format(8 + 10 * (i - 232))
    levels = [0, 95, 135, 175, 215, 255]
    return f"rgb({levels[(i - 16) // 36]},{levels[(i - 16) // 6 % 6]},{levels[(i - 16) % 6]})"


def screenshot(chromium, page, name, width, height):
    """Captures the top of a page, in light colours."""
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run([chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={profile}",
                        f"--window-size={width},{height}", f"--screenshot={HERE / name}", page.as_uri()],
                       check=True, stderr=subprocess.DEVNULL)
    print(f"{name}: {(HERE / name).stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    main()
