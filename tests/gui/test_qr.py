"""Pictures of invites are read, within limits, and only pictures."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from gui import qr

zxingcpp = pytest.importorskip("zxingcpp")
LINK = "peer2peer://join#" + "A1b2" * 60


def code(text: str = LINK) -> QImage:
    view = memoryview(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=3))
    height, width = view.shape
    return QImage(bytes(view), width, height, width, QImage.Format.Format_Grayscale8).copy()


async def test_a_code_is_read_turned_large_on_a_photo_and_on_glass(tmp_path: Path) -> None:
    plain = code()
    assert await qr.text_in(plain) == LINK
    assert await qr.text_in(plain.transformed(QTransform().rotate(90))) == LINK
    photo = QImage(3000, 2200, QImage.Format.Format_RGB32)
    photo.fill(QColor("#8a7f70"))
    glass = QImage(plain.size(), QImage.Format.Format_ARGB32)
    glass.fill(Qt.GlobalColor.transparent)
    for y in range(plain.height()):
        for x in range(plain.width()):
            if plain.pixelColor(x, y).lightness() < 128:
                glass.setPixelColor(x, y, QColor("black"))
    painter = QPainter(photo)
    painter.drawImage(900, 600, plain.scaled(900, 900))
    painter.end()
    assert await qr.text_in(photo) == LINK
    assert await qr.text_in(glass) == LINK
    empty = QImage(50, 50, QImage.Format.Format_RGB32)
    empty.fill(QColor("white"))
    assert await qr.text_in(empty) is None


def test_what_is_no_picture_or_too_large_is_refused_with_a_reason(tmp_path: Path) -> None:
    text = tmp_path / "page.png"
    text.write_text("<svg><image href='file:///etc/passwd'/></svg>")
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(qr.MOST_FILE_BYTES + 1)
    for path, reason in (
        (text, "not a picture"),
        (large, "larger than 20 MB"),
        (tmp_path / "none.png", "can't be read"),
    ):
        with pytest.raises(qr.NoPicture, match=reason):
            qr.read_picture(path)


def test_a_small_file_with_a_giant_picture_is_not_unpacked(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.png"
    image = QImage(9000, 9000, QImage.Format.Format_Mono)
    image.fill(0)
    assert image.save(str(bomb))
    assert bomb.stat().st_size < 100_000
    with pytest.raises(qr.NoPicture, match="too many pixels"):
        qr.read_picture(bomb)
