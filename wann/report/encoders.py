"""Frames into video files: one table, file ending -> encoder."""

from __future__ import annotations

import math
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import IO, BinaryIO

import numpy as np

from wann.errors import OutputError

# A GIF's frames are scaled down by a whole number until no side is longer, in pixels.
_LONGEST_GIF_SIDE = 720


@dataclass(frozen=True)
class Encoder:
    """How one kind of file is written.

    Attributes:
        most_fps: frames a second that make sense in such a file.
        widest: pixels across that make sense for several pictures side by side.
        encode: `encode(file, frames, fps)` writes `(H, W, 3)` uint8 frames of one size, at least two, to an
            open file on disk. It raises OSError or OutputError where that fails.
    """

    most_fps: float
    widest: int
    encode: Callable[[BinaryIO, Iterator[np.ndarray], float], None]


def _encode_mp4(file: BinaryIO, frames: Iterator[np.ndarray], fps: float) -> None:
    # imageio_ffmpeg.write_frames does not tell whether ffmpeg succeeded, so it is run here
    first = _with_even_sides(next(frames))
    height, width = first.shape[:2]
    command = [_ffmpeg(), "-y", "-loglevel", "error", "-f", "rawvideo", "-pix_fmt", "rgb24"]
    command += ["-video_size", f"{width}x{height}", "-framerate", f"{fps:g}", "-i", "pipe:0", "-an"]
    # yuv420p is all that some players know; faststart lets a browser begin before it has the whole file
    command += ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-crf", "20", "-movflags", "+faststart"]
    command += ["-f", "mp4", f"file:{file.name}"]
    with tempfile.TemporaryFile() as log:
        try:
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=log)
        except OSError as error:
            raise OutputError(f"{command[0]}: cannot be started ({error.strerror})") from error
        with process:
            try:
                _feed(process.stdin, chain([first], map(_with_even_sides, frames)))
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            log.seek(0)
            said = log.read().decode(errors="replace").strip().splitlines()
            raise OutputError(f"ffmpeg failed: {said[0] if said else f'exit status {process.returncode}'}")


def _feed(pipe: IO[bytes] | None, frames: Iterator[np.ndarray]) -> None:
    """Write every frame and close the pipe; where the reader has gone, its exit status says why."""
    assert pipe is not None
    try:
        for frame in frames:
            try:
                pipe.write(frame.tobytes())
            except BrokenPipeError:
                break
    finally:
        with suppress(BrokenPipeError):
            pipe.close()


def _ffmpeg() -> str:
    import imageio_ffmpeg

    try:
        return imageio_ffmpeg.get_ffmpeg_exe()
    except RuntimeError as error:
        raise OutputError("no ffmpeg found; try: pip install imageio-ffmpeg, or write a .gif") from error


def ffmpeg_version() -> str:
    """Run ffmpeg and return its version.

    Raises:
        OutputError: there is none, or it does not run.
    """
    import imageio_ffmpeg

    try:
        _ffmpeg()
        return imageio_ffmpeg.get_ffmpeg_version()
    except (OSError, subprocess.SubprocessError) as error:
        raise OutputError(f"ffmpeg cannot be run ({error})") from error


def _with_even_sides(frame: np.ndarray) -> np.ndarray:
    """Repeat the last row and column where a side is odd, which yuv420p cannot hold."""
    height, width = frame.shape[:2]
    if height % 2 or width % 2:
        frame = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    return frame


def _encode_gif(file: BinaryIO, frames: Iterator[np.ndarray], fps: float) -> None:
    import imageio.v3 as imageio

    pictures = [_scaled_down(frame) for frame in frames]
    # whole hundredths of a second, which is what a GIF holds, that add up to the true time
    ends = [10 * round(100 * k / fps) for k in range(len(pictures) + 1)]
    delays = [end - start for start, end in pairwise(ends)]
    imageio.imwrite(file, pictures, plugin="pillow", extension=".gif", duration=delays, loop=0)


def _scaled_down(frame: np.ndarray) -> np.ndarray:
    """Average squares of pixels, so that no side is longer than a GIF's should be."""
    n = math.ceil(max(frame.shape[:2]) / _LONGEST_GIF_SIDE)
    if n == 1:
        return frame
    height, width = (side // n * n for side in frame.shape[:2])
    # one slice for each place in a square: far faster than a mean over two axes
    total = np.zeros((height // n, width // n, 3), np.uint32)
    for row in range(n):
        for column in range(n):
            total += frame[row:height:n, column:width:n]
    return ((total + n * n // 2) // (n * n)).astype(np.uint8)


# Browsers slow down GIFs whose delays are short.
ENCODERS: dict[str, Encoder] = {
    ".mp4": Encoder(50.0, 1280, _encode_mp4),
    ".gif": Encoder(25.0, _LONGEST_GIF_SIDE, _encode_gif),
}
