"""Writes small images of every kind that the decoders know, from which the fuzz of decoding starts, and a pixel of each; README.md documents them.

    /usr/bin/python3 tests/goldens/seeds.py [FOLDER_TO_WRITE]
"""
import io
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


def ycck_jpeg():
    """A JPEG of luma, colour differences and black, inverted as Adobe's programs write it: Pillow writes the planes, not their mark."""
    inks = draw("CMYK")
    black = inks.split()[3]
    planes = Image.merge("RGB", inks.split()[:3]).convert("YCbCr").split()
    file = io.BytesIO()
    Image.merge("CMYK", (*planes, black)).save(file, "JPEG", quality=80)
    return file.getvalue().replace(b"Adobe\0\x64\0\0\0\0\0", b"Adobe\0\x64\0\0\0\0\2", 1)


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


def tiff(tags, parts, order="<", big=False):
    """Writes a TIFF or BigTIFF of strips or tiles, which Pillow writes in few kinds only. tags: {tag: (type, values)}."""
    word, entry, wide = (("Q", "HHQ8s", 8) if big else ("I", "HHI4s", 4))
    formats = {1: "B", 3: "H", 4: "I"}
    offsets, counts = (324, 325) if 322 in tags else (273, 279)
    tags = dict(tags)
    start = 16 if big else 8
    at = [start + sum(map(len, parts[:i])) for i in range(len(parts))]
    tags[offsets], tags[counts] = (4, at), (4, [len(part) for part in parts])
    body = b"".join(parts)
    entries = b""
    for tag, (kind, values) in sorted(tags.items()):
        data = struct.pack(order + str(len(values)) + formats[kind], *values)
        if len(data) > wide:
            body += b"\0" * (len(body) % 2)
            place, body = struct.pack(order + word, start + len(body)), body + data
        else:
            place = data.ljust(wide, b"\0")
        entries += struct.pack(order + entry, tag, kind, len(values), place)
    body += b"\0" * (len(body) % 2)
    mark = b"II" if order == "<" else b"MM"
    head = struct.pack(order + "HHHQ", 43, 8, 0, start + len(body)) if big else struct.pack(order + "HI", 42, start + len(body))
    return mark + head + body + struct.pack(order + ("Q" if big else "H"), len(tags)) + entries + struct.pack(order + word, 0)


def tiff_tags(samples, bits, photometric, **more):
    tags = {256: (3, [WIDTH]), 257: (3, [HEIGHT]), 258: (3, [bits] * samples), 259: (3, [1]), 262: (3, [photometric]),
            277: (3, [samples])}
    return {**tags, **{int(tag[1:]): value for tag, value in more.items()}}


def tiffs():
    colour, alpha = draw(), draw("RGBA")
    strips = [colour.crop((0, y, WIDTH, min(y + 10, HEIGHT))) for y in range(0, HEIGHT, 10)]
    yield "strips-big-endian.tif", tiff(
        tiff_tags(3, 8, 2, t278=(3, [10])), [strip.tobytes() for strip in strips], order=">")
    yield "planes.tif", tiff(
        tiff_tags(3, 8, 2, t278=(3, [HEIGHT]), t284=(3, [2])), [band.tobytes() for band in colour.split()])
    tiles = [colour.crop((x, y, x + 16, y + 16)).tobytes() for y in range(0, HEIGHT, 16) for x in range(0, WIDTH, 16)]
    yield "tiles-deflate.tif", tiff(
        tiff_tags(3, 8, 2, t259=(3, [8]), t322=(3, [16]), t323=(3, [16])), [zlib.compress(tile, 9) for tile in tiles])
    deep = b"".join(struct.pack("<3H", *(value * 257 for value in pixel)) for pixel in colour.getdata())
    yield "deep-colour.tif", tiff(tiff_tags(3, 16, 2, t259=(3, [8]), t278=(3, [HEIGHT])), [zlib.compress(deep, 9)])
    grey = b"".join(struct.pack(">H", value * 257) for value in draw("L").getdata())
    yield "deep-grey-big-endian.tif", tiff(tiff_tags(1, 16, 1, t259=(3, [8]), t278=(3, [HEIGHT])), [zlib.compress(grey, 9)], order=">")
    yield "inverted-big.tif", tiff(
        tiff_tags(1, 8, 0, t259=(3, [8]), t278=(3, [HEIGHT])), [zlib.compress(bytes(255 - v for v in draw("L").getdata()), 9)], big=True)
    yield "alpha-turned.tif", tiff(
        tiff_tags(4, 8, 2, t259=(3, [8]), t274=(3, [6]), t278=(3, [HEIGHT]), t338=(3, [2])), [zlib.compress(alpha.tobytes(), 9)])


def pnms():
    """Writes all six kinds, with comments; Pillow writes the binary ones only."""
    size = f"# a comment\n{WIDTH} # another\n{HEIGHT}\n"
    bits, grey, colour = ([value for value in draw(mode).getdata()] for mode in ("1", "L", "RGB"))
    yield "text.pbm", f"P1\n{size}{''.join('10'[value // 255] for value in bits)}\n".encode()
    yield "text.pgm", f"P2\n{size}255\n{' '.join(map(str, grey))}\n".encode()
    yield "text-deep.ppm", f"P3\n{size}1023\n{' '.join(str(value * 1023 // 255) for pixel in colour for value in pixel)}\n".encode()
    rows = [bits[y * WIDTH:(y + 1) * WIDTH] + [255] * (-WIDTH % 8) for y in range(HEIGHT)]
    packed = bytes(sum((1 - row[x + i] // 255) << (7 - i) for i in range(8)) for row in rows for x in range(0, len(row), 8))
    yield "binary.pbm", f"P4 {WIDTH} {HEIGHT}\n".encode() + packed
    yield "binary-deep.pgm", f"P5\n{size}65535\n".encode() + b"".join(struct.pack(">H", value * 257) for value in grey)
    yield "binary.ppm", f"P6\n{WIDTH} {HEIGHT}\n255\n".encode() + bytes(value for pixel in colour for value in pixel)


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
    save("grey-lzw.tif", draw("L"), compression="tiff_lzw")
    save("colour-jpeg.tif", draw(), compression="jpeg", quality=80)
    save("palette-packbits.tif", draw("P"), compression="packbits")
    save("fax.tif", draw("1"), compression="group4")
    save("cmyk-lzw.tif", draw("CMYK"), compression="tiff_lzw")
    save("pages.tif", draw("L"), save_all=True, append_images=[draw("L", shift=3)], compression="tiff_lzw")
    for name, content in [("interlaced.png", interlaced_png(draw())), ("ycck.jpg", ycck_jpeg()), *bmps(), *tiffs(), *pnms()]:
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    names = sorted(name for name in os.listdir(folder) if not name.endswith(".txt"))
    with open(os.path.join(folder, "pixels.txt"), "w", encoding="ascii") as file:
        for name in names:
            with Image.open(os.path.join(folder, name)) as image:
                # Pillow clips deep grey instead of scaling it, and turns what is stored on its side in a TIFF only.
                image.load()
                place = MIDDLE if image.size == (WIDTH, HEIGHT) else (HEIGHT - 1 - MIDDLE[1], MIDDLE[0])
                grey = image.getpixel(place) // 257 if image.mode.startswith("I") else None
                on_white = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
                colour = on_white.getpixel(place)[:3] if grey is None else (grey, grey, grey)
            file.write(" ".join([name, *map(str, colour)]) + "\n")


if __name__ == "__main__":
    to = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "seeds")
    os.makedirs(to, exist_ok=True)
    write(to)
