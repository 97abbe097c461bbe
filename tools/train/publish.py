"""Writes models as f16 safetensors beside a config.json, and the model card."""

import json
import os
import platform

import torch
from safetensors.torch import save_file


def write(model, name: str, facts: dict, out: str):
    folder = os.path.join(out, name)
    os.makedirs(folder, exist_ok=True)
    tensors = {k: v.detach().to("cpu", torch.float16).contiguous() for k, v in model.state_dict().items()}
    save_file(tensors, os.path.join(folder, "model.safetensors"), metadata={"format": "pt"})
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(model.config.as_json(), file, indent=2)
        file.write("\n")
    with open(os.path.join(folder, "training.json"), "w") as file:
        json.dump(facts | {"parameters": sum(v.numel() for v in tensors.values())}, file, indent=2)
        file.write("\n")


CARD = """# The embedded models

Two byte-level Llama-style models and four blockwise prediction heads, made for this repository's tests and demonstrations.
They write plausible Python and nothing more.

| | target | draft |
|---|---|---|
| parameters | {target_parameters:,} (heads {head_parameters:,} of them) | {draft_parameters:,} |
| layers, width, heads / key heads x size | {t.num_hidden_layers}, {t.hidden_size}, {t.num_attention_heads} / {t.num_key_value_heads} x {t.head_dim} | {d.num_hidden_layers}, {d.hidden_size}, {d.num_attention_heads} / {d.num_key_value_heads} x {d.head_dim} |
| bits per byte on held-out files | {bpb[target]:.3f} | {bpb[draft]:.3f} |

- **Data:** the source of the Python {python} standard library without tests and generated tables; whole files are held out by a hash of
  their path ({held_out} files, listed in `training.json`).
- **Vocabulary:** the 256 bytes; byte 0 begins and ends every document.
- **Heads:** head j reads the final normed hidden state of position t and predicts the byte at t + 2 + j through a small gated MLP
  and the shared output matrix.
- **Training:** {steps:,} steps, {seen:.1f} million bytes, on a {device} of 2 cores; Muon for matrices, AdamW for the rest; the draft model
  learns from the target's distribution. Weights are stored as f16.
- **Command:** `python tools/train/train.py --minutes {minutes:g}` (seed {seed}; the schedule follows the clock, so another machine
  gives other weights).{note}
- **Licence:** weights Apache-2.0 like this repository; the training text is under the PSF licence.
"""


def card(target, draft, facts: dict, out: str):
    count = lambda m: sum(p.numel() for p in m.parameters())
    text = CARD.format(
        t=target.config, d=draft.config, bpb=facts["bits_per_byte"], python=platform.python_version(),
        target_parameters=count(target), head_parameters=count(target.draft_heads), draft_parameters=count(draft),
        held_out=len(facts["held_out_files"]), steps=facts["steps"], seen=facts["bytes_seen"] / 1e6,
        device=facts["device"], minutes=facts["minutes"], seed=facts["seed"], note=facts.get("note", ""))
    with open(os.path.join(out, "README.md"), "w") as file:
        file.write(text)


def publish(target, draft, facts: dict, out: str):
    write(target, "python-bytes-target", facts, out)
    write(draft, "python-bytes-draft", facts, out)
    card(target, draft, facts, out)
