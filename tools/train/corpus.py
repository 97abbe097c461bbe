"""The source of the Python standard library as one byte stream, with whole files held out.

A file is held out by a hash of its path, so the split is the same on every machine and
does not move when files are added.  Tests and generated tables are left out: they are
half of the bytes and another language.
"""

import hashlib
import os
import sysconfig

import torch

SEPARATOR = 0  # begins every file; no Python source contains byte 0
HELD_OUT_PER_CENT = 5
SKIPPED_FOLDERS = {"site-packages", "test", "tests", "idle_test", "__pycache__", "pydoc_data", "encodings", "ensurepip"}


def is_held_out(relative_path: str) -> bool:
    digest = hashlib.sha256(relative_path.encode()).digest()
    return digest[0] * 100 < HELD_OUT_PER_CENT * 256


def files(root: str | None = None):
    """Yields (relative path, bytes) of every library source file, in path order."""
    root = root or sysconfig.get_paths()["stdlib"]
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in SKIPPED_FOLDERS)
        for name in sorted(names):
            if name.endswith(".py"):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    data = file.read()
                if data and SEPARATOR not in data:
                    yield os.path.relpath(path, root), data


def streams(root: str | None = None) -> tuple[torch.Tensor, torch.Tensor, list[str]]:
    """(training bytes, held-out bytes, held-out paths); each file is preceded by the separator."""
    train, held_out, paths = bytearray(), bytearray(), []
    for path, data in files(root):
        target = train
        if is_held_out(path):
            target = held_out
            paths.append(path)
        target.append(SEPARATOR)
        target += data
    as_tensor = lambda b: torch.frombuffer(b, dtype=torch.uint8)
    return as_tensor(train), as_tensor(held_out), paths


def batch(stream: torch.Tensor, rows: int, length: int, generator: torch.Generator) -> torch.Tensor:
    """Random windows: int64 [rows, length + 1]."""
    starts = torch.randint(len(stream) - length - 1, (rows,), generator=generator)
    return stream[starts[:, None] + torch.arange(length + 1)].long()
