"""Finds an invite link in the picture of a QR code; only where zxing-cpp is installed (the extra `qr-images`)."""

from __future__ import annotations

import asyncio
import importlib.util
from pathlib import Path
from typing import Final

from PySide6.QtCore import QCoreApplication, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter

MOST_FILE_BYTES: Final = 20 << 20
MOST_SIDE_PX: Final = 2400
MOST_PIXELS: Final = 40_000_000
ALLOCATION_MIB: Final = 256
SUFFIXES: Final = ("png", "jpg", "jpeg", "webp", "gif", "bmp")


class NoPicture(Exception):  # noqa: N818 - named for what it says
    """The file is no picture that can be read; the text is a sentence for a person."""


def available() -> bool:
    """Tell whether QR codes can be read here."""
    return importlib.util.find_spec("zxingcpp") is not None


def read_picture(source: Path | QIODevice) -> QImage:
    """Return a picture, made smaller where it is large.

    Raises:
        NoPicture: it is none, or too large.
    """
    said = QCoreApplication.translate
    if isinstance(source, Path):
        try:
            if source.stat().st_size > MOST_FILE_BYTES:
                raise NoPicture(said("QrCode", "This file is larger than 20 MB. Cut out the QR code and try again."))
        except OSError:
            raise NoPicture(said("QrCode", "This file can't be read.")) from None
        reader = QImageReader(str(source))
    else:
        reader = QImageReader(source)
    reader.setDecideFormatFromContent(True)
    reader.setAllocationLimit(ALLOCATION_MIB)
    size = reader.size()
    if size.isValid() and size.width() * size.height() > MOST_PIXELS:
        raise NoPicture(said("QrCode", "This picture has too many pixels. Cut out the QR code and try again."))
    if size.isValid() and max(size.width(), size.height()) > MOST_SIDE_PX:
        reader.setScaledSize(size.scaled(QSize(MOST_SIDE_PX, MOST_SIDE_PX), Qt.AspectRatioMode.KeepAspectRatio))
    image = reader.read()
    if image.isNull():
        raise NoPicture(said("QrCode", "This is not a picture that can be read."))
    return image


async def text_in(image: QImage) -> str | None:
    """Return the text of the QR code in a picture; None where there is none. The window goes on meanwhile."""
    if max(image.width(), image.height()) > MOST_SIDE_PX:
        image = image.scaled(MOST_SIDE_PX, MOST_SIDE_PX, Qt.AspectRatioMode.KeepAspectRatio)
    if image.hasAlphaChannel():  # what is clear is white, as on a page
        flat = QImage(image.size(), QImage.Format.Format_RGB32)
        flat.fill(Qt.GlobalColor.white)
        painter = QPainter(flat)
        painter.drawImage(0, 0, image)
        painter.end()
        image = flat
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    width, height, line = grey.width(), grey.height(), grey.bytesPerLine()
    bits = bytes(grey.constBits())
    rows = b"".join(bits[row * line : row * line + width] for row in range(height))
    return await asyncio.to_thread(_decode, rows, width, height)


def _decode(rows: bytes, width: int, height: int) -> str | None:
    import zxingcpp

    view = memoryview(rows).cast("B", shape=[height, width])
    for found in zxingcpp.read_barcodes(view, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)):
        if found.text:
            return str(found.text)
    return None
