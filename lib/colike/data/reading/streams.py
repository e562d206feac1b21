"""Opens files, packed or not, and cuts them into chunks of whole lines in UTF-8."""

import bz2
import codecs
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pyarrow as pa

from colike.data.reading.faults import damaged
from colike.errors import ConfigError, SchemaError

CHUNK_BYTES = 8 << 20
#: Stands for a byte that is not of the file's encoding: a code point that no text uses.
UNREADABLE = "\ufdd0"
BYTE_ORDER_MARK = "\ufeff"
MARK = BYTE_ORDER_MARK.encode("utf-8")
MAGIC_BYTES = 6
PACKED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
UNPACKERS: dict[str, Callable[[Any], Any]] = {
    "gzip": lambda raw: gzip.GzipFile(fileobj=raw),
    "bzip2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
}
#: Forms that hold files or tables of their own, and what to do with them.
CONTAINERS = {
    b"PK\x03\x04": "a zip archive (or a spreadsheet); unpack it first, or export it as CSV",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive; unpack it first",
    b"Rar!": "a rar archive; unpack it first",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook; export it as CSV",
    b"SQLite": "an SQLite database; export its table as CSV",
    b"ORC": "an ORC file; write it as Parquet",
    b"Obj\x01": "an Avro file; write it as Parquet",
}
_MARKED = "colike.unreadable"
DAMAGED = (EOFError, OSError, zlib.error, lzma.LZMAError)


@dataclass(frozen=True)
class Source:
    """A file by its name; its bytes are at that path, or given."""

    name: str
    content: bytes | None = None

    def raw(self) -> io.BufferedReader:
        """Return the file as it is, opened.

        Raises:
            ConfigError: It cannot be opened.
        """
        if self.content is not None:
            return io.BufferedReader(io.BytesIO(self.content))
        try:
            return Path(self.name).open("rb")
        except OSError as error:
            raise ConfigError(f"{self.name} cannot be read: {error.strerror}.") from error

    def magic(self) -> bytes:
        """Return the first bytes, which tell a file's form."""
        with self.raw() as stream:
            return stream.read(MAGIC_BYTES)

    @property
    def packing(self) -> str | None:
        """How the file is packed, None if it is not.

        Raises:
            SchemaError: It is an archive or of a form that colike does not read.
        """
        magic = self.magic()
        for start, what in CONTAINERS.items():
            if magic.startswith(start):
                raise SchemaError(f"{self.name} is {what}.")
        return next((name for start, name in PACKED.items() if magic.startswith(start)), None)

    def opened(self) -> io.BufferedReader:
        """Return the file's content, unpacked while it is read."""
        packing = self.packing
        raw = self.raw()
        if packing is None:
            return raw
        if packing == "zstd":
            raw.close()
            whole = self.name if self.content is None else pa.BufferReader(self.content)
            return io.BufferedReader(pa.input_stream(whole, compression="zstd"))
        return io.BufferedReader(UNPACKERS[packing](raw))

    def head(self, most: int) -> bytes:
        """Return the first bytes of the content.

        Raises:
            QualityError: It breaks off.
        """
        with self.opened() as stream:
            return self.read_from(stream, most)

    def read_from(self, stream: io.BufferedReader, size: int) -> bytes:
        """Return the next bytes of the opened content.

        Raises:
            QualityError: It breaks off.
        """
        try:
            return stream.read(size)
        except DAMAGED as error:
            raise damaged(self.name, error) from error


@cache
def is_bytewise(encoding: str) -> bool:
    """Return whether each byte is a character and the first 128 are ASCII's, as in Latin-1.

    UTF-8 is as good: no byte of a longer character is an ASCII one. Encodings that change what the
    bytes after an escape mean, such as iso2022_jp, are not.
    """
    if encoding == "utf-8":
        return True
    every = [bytes([byte]).decode(encoding, "replace") for byte in range(256)]
    pairs = bytes(byte for pair in product(range(256), repeat=2) for byte in pair)
    try:
        is_each = pairs.decode(encoding, "replace") == "".join(every[byte] for byte in pairs)
    except UnicodeDecodeError:
        return False
    return is_each and "".join(every[:128]) == bytes(range(128)).decode("ascii")


def line_chunks(source: Source, encoding: str, start: int, end: int | None) -> Iterator[bytes]:
    """Yield the lines that begin in a range of bytes, in chunks of UTF-8 that end with a line.

    Bytes that are not of the encoding become UNREADABLE.

    Args:
        source: The file.
        encoding: Its encoding.
        start: First byte of the range, or of a line if it is 0.
        end: Byte after the range; None for the end of the file.
    """
    if not is_bytewise(encoding):
        yield from _decoded(source, encoding)
        return
    for chunk in _byte_lines(source, start, end):
        yield _utf8(chunk, encoding)


def lines_before(source: Source, start: int) -> int:
    """Return how many lines there are before the first one that begins at or after a byte."""
    if not start:
        return 0
    # The line that the byte before is of ends where the range's first one begins.
    lines, left = 1, start - 1
    with source.opened() as stream:
        while left > 0:
            block = source.read_from(stream, min(left, CHUNK_BYTES))
            lines += block.count(b"\n")
            left -= len(block)
            if not block:
                break
    return lines


def _byte_lines(source: Source, start: int, end: int | None) -> Iterator[bytes]:
    with source.opened() as stream:
        at = start
        if start:
            # The line that the range before begins is that range's.
            stream.seek(start - 1)
            at = start - 1 + len(stream.readline())
        carried = b""
        while end is None or at < end:
            size = CHUNK_BYTES if end is None else min(CHUNK_BYTES, end - at)
            block = source.read_from(stream, size)
            if not block:
                break
            at += len(block)
            if end is not None and at >= end and not block.endswith(b"\n"):
                rest = stream.readline()
                at += len(rest)
                block += rest
            cut = block.rfind(b"\n") + 1
            if cut:
                yield carried + block[:cut]
                carried = block[cut:]
            else:
                carried += block
        if carried:
            yield carried if carried.endswith((b"\n", b"\r")) else carried + b"\n"


def _decoded(source: Source, encoding: str) -> Iterator[bytes]:
    with source.opened() as stream:
        text = io.TextIOWrapper(stream, encoding, errors=_MARKED, newline="")
        carried = ""
        while block := text.read(CHUNK_BYTES):
            block = carried + block
            cut = block.rfind("\n") + 1
            carried = block[cut:]
            if cut:
                yield block[:cut].encode("utf-8")
        if carried:
            yield (carried if carried.endswith("\r") else carried + "\n").encode("utf-8")


def _utf8(chunk: bytes, encoding: str) -> bytes:
    if chunk.isascii():
        return chunk
    if encoding == "utf-8":
        try:
            chunk.decode("utf-8")
        except UnicodeDecodeError:
            return chunk.decode("utf-8", _MARKED).encode("utf-8")
        return chunk
    return chunk.decode(encoding, _MARKED).encode("utf-8")


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return UNREADABLE * (error.end - error.start), error.end


codecs.register_error(_MARKED, _mark)
