"""Writes models as f16 safetensors beside a config.json."""

import json
import os

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


def publish(target, draft, facts: dict, out: str):
    write(target, "python-bytes-target", facts, out)
    write(draft, "python-bytes-draft", facts, out)
