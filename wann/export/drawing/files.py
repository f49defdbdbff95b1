"""Drawings as files."""

from __future__ import annotations

from typing import BinaryIO

from wann.export.drawing.network import Portrait, draw, title_of
from wann.export.drawing.picture import Picture
from wann.export.drawing.png import write_png as write_pixels
from wann.export.drawing.svg import to_svg
from wann.export.network_export import NetworkExport


def write_svg(export: NetworkExport, file: BinaryIO) -> None:
    """Write a drawing that browsers and vector programs show."""
    file.write(to_svg(_picture(export)).encode())


def write_png(export: NetworkExport, file: BinaryIO) -> None:
    """Write a drawing in pixels."""
    write_pixels(_picture(export), file)


def _picture(export: NetworkExport) -> Picture:
    return draw(
        Portrait(
            export.network,
            tuple(export.input_names),
            tuple(export.output_names),
            export.weights,
            export.shared_weight,
            title_of(export.task or export.name),
            export.image,
        )
    )
