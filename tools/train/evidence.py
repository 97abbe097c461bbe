"""Writes what the Swift tests need from PyTorch and from the held-out files.

    python tools/train/evidence.py --models Sources/Models/Resources --out Tests

agreement.safetensors: held-out windows, PyTorch's logits on the first of them, and its bits per byte
on all, both with the published f16 weights computed in fp32.  prompts.json: ten held-out prompts of
200 to 2,000 bytes, each the beginning of a file or of a top-level definition, ending after a whole line.
"""

import argparse
import json
import os

import torch
from safetensors.torch import load_file, save_file

import corpus
from llama import Config, Llama

WINDOWS, LENGTH = 4, 512
PROMPT_SIZES = [280, 340, 420, 520, 640, 800, 1000, 1250, 1600, 2000]


def load(folder: str) -> Llama:
    with open(os.path.join(folder, "config.json")) as file:
        fields = json.load(file)
    model = Llama(Config(**{k: v for k, v in fields.items() if k in Config.__dataclass_fields__}))
    tensors = {k: v.float() for k, v in load_file(os.path.join(folder, "model.safetensors")).items()}
    model.load_state_dict(tensors)
    return model


def prompt(text: bytes, size: int) -> bytes:
    """The last whole lines of at most `size` bytes of a file that begin at a top-level definition, else its start."""
    start = max(text.find(b"\ndef "), text.find(b"\nclass "), 0)
    start = start + 1 if 0 < start < len(text) - size - 1 else 0
    window = text[start : start + size]
    return window[: window.rfind(b"\n") + 1] if b"\n" in window[size // 2 :] else window


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default="Sources/Models/Resources")
    parser.add_argument("--out", default="Tests")
    arguments = parser.parse_args()

    held_out = [(path, data) for path, data in corpus.files() if corpus.is_held_out(path)]
    stream = torch.frombuffer(bytearray(b"".join(b"\0" + data for _, data in held_out)), dtype=torch.uint8)
    starts = torch.linspace(0, len(stream) - LENGTH - 2, WINDOWS).long()
    tokens = stream[starts[:, None] + torch.arange(LENGTH + 1)]
    tensors, facts = {"tokens": tokens.contiguous()}, {}
    for name in ("target", "draft"):
        model = load(os.path.join(arguments.models, f"python-bytes-{name}"))
        logits = model.logits(model.hidden(tokens[:, :-1].long()))
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].long().flatten())
        tensors[f"{name}.logits"] = logits[0, ::4].contiguous()
        facts[f"{name}.bits_per_byte"] = repr(loss.item() / 0.6931471805599453)
    save_file(tensors, os.path.join(arguments.out, "ModelsTests/Data/agreement.safetensors"), metadata=facts)

    long_enough = [(p, d) for p, d in held_out if len(d) > 2500 and d.isascii()]
    chosen = long_enough[:: max(1, len(long_enough) // len(PROMPT_SIZES))][: len(PROMPT_SIZES)]
    prompts = [{"file": p, "text": prompt(d, s).decode()} for (p, d), s in zip(chosen, PROMPT_SIZES)]
    with open(os.path.join(arguments.out, "DecodingTests/Data/prompts.json"), "w") as file:
        json.dump({"source": "Python standard library, held-out files (PSF licence)", "prompts": prompts}, file, indent=1)
        file.write("\n")
    print(facts, [len(p["text"]) for p in prompts])


if __name__ == "__main__":
    main()
