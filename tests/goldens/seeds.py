"""Writes small images of every kind that the decoders know, from which the fuzz of decoding starts, and a pixel of each; README.md documents them.

    /usr/bin/python3 tests/goldens/seeds.py [FOLDER_TO_WRITE]
"""
import os
import struct
import sys
import zlib

from PIL import Image

WIDTH, HEIGHT = 46, 35
MIDDLE = 20, 15


def draw(mode="RGB", width=WIDTH, height=HEIGHT, shift=0):
    """Draws a gradient with a disc and a few stripes."""
    image = Image.new("RGBA", (width, height))
    for y in range(height):
        for x in range(width):
            disc = (x - 20 - shift) ** 2 + (y - 15) ** 2 < 120
            stripe = 160 if (x + shift) // 6 % 2 and y > 24 else 60
            image.putpixel((x, y), (230 if disc else x * 5 % 256, stripe, y * 7 % 256, 255 if disc or y > 20 else x * 4))
    return image.convert(mode) if mode != "P" else image.convert("RGB").quantize(16)


def png_chunk(name, content):
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def interlaced_png(image):
    """Pillow writes no interlaced PNG: Adam7, RGB, without filters."""
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
    rows = b""
    for left, top, right, down in passes:
        for y in range(top, image.height, down):
            rows += b"\0" + b"".join(bytes(image.getpixel((x, y))) for x in range(left, image.width, right))
    header = struct.pack(">IIBBBBB", image.width, image.height, 8, 2, 0, 0, 1)
    chunks = [(b"IHDR", header), (b"tEXt", b"Comment\0interlaced"), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(png_chunk(*chunk) for chunk in chunks)


def bmp(header, palette, pixels):
    start = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(pixels), 0, 0, start) + header + palette + pixels


def bmp_info(bits, compression, size, width=WIDTH, height=HEIGHT, colours=0):
    return struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, size, 2835, 2835, colours, colours)


def run_lengths(indices, bits):
    """Encodes rows as runs of equal values and, every fourth row, as literal values (RLE8 or RLE4)."""
    rows = b""
    for y in reversed(range(HEIGHT)):
        row, x = [value % (1 << bits) for value in indices[y * WIDTH:(y + 1) * WIDTH]], 0
        while x < WIDTH:
            count = 1
            while x + count < WIDTH and row[x + count] == row[x]:
                count += 1
            if y % 4 == 0 and bits == 8 and WIDTH - x >= 3:
                count = min(WIDTH - x, 20)
                rows += bytes([0, count]) + bytes(row[x:x + count]) + b"\0" * (count % 2) if count >= 3 else b""
            else:
                rows += bytes([count, row[x] if bits == 8 else row[x] * 17])
            x += count
        rows += b"\0\0"
    return rows + b"\0\1"


def bmps():
    indexed = draw("P")
    colours = (indexed.getpalette() + [0] * 768)[:768]
    palette = b"".join(bytes((colours[i * 3 + 2], colours[i * 3 + 1], colours[i * 3], 0)) for i in range(256))
    indices = list(indexed.getdata())
    for bits, compression in ((8, 1), (4, 2)):
        runs = run_lengths(indices, bits)
        count = 1 << bits
        yield f"rle{bits}.bmp", bmp(bmp_info(bits, compression, len(runs), colours=count), palette[:4 * count], runs)
    four = b"".join(
        bytes(indices[y * WIDTH + x] << 4 | indices[y * WIDTH + min(x + 1, WIDTH - 1)] for x in range(0, WIDTH, 2)) + b"\0"
        for y in reversed(range(HEIGHT)))
    yield "palette4.bmp", bmp(bmp_info(4, 0, len(four), colours=16), palette[:64], four)
    rgb = draw()
    fifteen = b"".join(
        struct.pack("<H", (r >> 3) << 11 | (g >> 2) << 5 | b >> 3) for y in range(HEIGHT) for x in range(WIDTH)
        for r, g, b in [rgb.getpixel((x, y))])
    masks = struct.pack("<III", 0xF800, 0x07E0, 0x001F)
    yield "bitfields.bmp", bmp(bmp_info(16, 3, len(fifteen), height=-HEIGHT), masks, fifteen)
    core = struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, 24)
    rows = b"".join(
        b"".join(bytes(reversed(rgb.getpixel((x, y)))) for x in range(WIDTH)) + b"\0" * (-3 * WIDTH % 4) for y in reversed(range(HEIGHT)))
    yield "core.bmp", bmp(core, b"", rows)


def write(folder):
    def save(name, image, **options):
        image.save(os.path.join(folder, name), **options)

    exif = Image.Exif()
    exif[0x0112] = 6
    save("grey.png", draw("L"), optimize=True)
    save("colour.png", draw(), optimize=True)
    save("alpha.png", draw("RGBA"), optimize=True, exif=exif)
    save("grey-alpha.png", draw("LA"), optimize=True)
    save("palette.png", draw("P"), optimize=True, transparency=3)
    save("one-bit.png", draw("1"), optimize=True)
    save("deep.png", draw("L").convert("I").point(lambda v: v * 257), optimize=True)
    save("grey.jpg", draw("L"), quality=70)
    save("colour.jpg", draw(), quality=75, exif=exif)
    save("full-colour.jpg", draw(), quality=90, subsampling=0, optimize=True)
    save("progressive.jpg", draw(), quality=75, progressive=True)
    save("progressive-grey.jpg", draw("L"), quality=60, progressive=True)
    save("cmyk.jpg", draw("CMYK"), quality=60)
    save("lossy.webp", draw(), quality=60)
    save("lossy-alpha.webp", draw("RGBA"), quality=60, exif=exif)
    save("lossless.webp", draw("RGBA"), lossless=True)
    save("lossless-palette.webp", draw("P").convert("RGB"), lossless=True)
    frames = [draw("RGBA", shift=shift) for shift in (3, 6)]
    save("animated.webp", draw("RGBA"), save_all=True, append_images=frames, quality=50, duration=100)
    save("animated-lossless.webp", draw("RGBA"), save_all=True, append_images=frames, lossless=True, duration=100)
    save("palette.gif", draw("P"))
    save("plain.gif", draw("P"), interlace=0)
    save("one-bit.gif", draw("1"))
    save("grey.gif", draw("L"), comment=b"grey")
    save("transparent.gif", draw("P"), transparency=2)
    save("animated.gif", draw("P"), save_all=True, append_images=[draw("P", shift=s) for s in (3, 6)], duration=100, loop=0)
    save("one-bit.bmp", draw("1"))
    save("grey.bmp", draw("L"))
    save("colour.bmp", draw())
    save("alpha.bmp", draw("RGBA"))
    for name, content in [("interlaced.png", interlaced_png(draw())), *bmps()]:
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    names = sorted(name for name in os.listdir(folder) if not name.endswith(".txt"))
    with open(os.path.join(folder, "pixels.txt"), "w", encoding="ascii") as file:
        for name in names:
            with Image.open(os.path.join(folder, name)) as image:
                # Pillow clips deep grey instead of scaling it.
                grey = image.getpixel(MIDDLE) // 257 if image.mode == "I" else None
                on_white = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
                colour = on_white.getpixel(MIDDLE)[:3] if grey is None else (grey, grey, grey)
            file.write(" ".join([name, *map(str, colour)]) + "\n")


if __name__ == "__main__":
    to = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "seeds")
    os.makedirs(to, exist_ok=True)
    write(to)
