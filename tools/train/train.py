"""Trains the target, its blockwise heads and the draft model together, in one run.

    python tools/train/train.py --minutes 80 --out Sources/Models/Resources

The learning rate follows the share of the time budget that is spent, so a busy machine
gives a shorter run and not a broken one.  The draft learns from the target's own
distribution (it is measured by agreement with it); the heads see detached hidden states,
so they cannot change the target.
"""

import argparse
import json
import os
import time

import torch
import torch.nn.functional as F

import corpus
from llama import DRAFT, TARGET, Llama
from muon import Muon
from publish import publish

# (share of the run, window length): short windows first, long ones last, since attention is the cost.
WINDOWS = [(0.45, 256), (0.85, 512), (1.0, 2048)]


def window_length(progress: float) -> int:
    return next(length for share, length in WINDOWS if progress < share or share == 1.0)


def cross_entropy(logits, tokens):
    return F.cross_entropy(logits.flatten(0, -2), tokens.flatten())


@torch.no_grad()
def bits_per_byte(model: Llama, stream: torch.Tensor, length: int = 1024, windows: int = 48) -> float:
    """Mean bits per byte over evenly spaced windows, the first byte of each not counted."""
    starts = torch.linspace(0, len(stream) - length - 2, windows).long()
    tokens = stream[starts[:, None] + torch.arange(length + 1)].long().to(next(model.parameters()).device)
    total = sum(cross_entropy(model.logits(model.hidden(t[None, :-1])), t[None, 1:]).item() for t in tokens)
    return total / windows / 0.6931471805599453


def losses(target: Llama, draft: Llama, tokens, progress: float):
    inputs, outputs = tokens[:, :-1], tokens[:, 1:]
    hidden = target.hidden(inputs)
    logits = target.logits(hidden)
    loss = cross_entropy(logits, outputs)
    report = {"target": loss.item()}
    draft_logits = draft.logits(draft.hidden(inputs))
    draft_loss = cross_entropy(draft_logits, outputs)
    report["draft"] = draft_loss.item()
    if progress > 0.3:  # the target knows something by now
        teacher = F.softmax(logits.detach(), dim=-1)
        draft_loss = 0.2 * draft_loss - (teacher * F.log_softmax(draft_logits, dim=-1)).sum(-1).mean()
        detached = hidden.detach()
        for j in range(target.config.num_draft_heads):
            head_loss = cross_entropy(target.head_logits(detached[:, : -1 - j], j), outputs[:, 1 + j :])
            report[f"head{j}"] = head_loss.item()
            loss = loss + head_loss
    return loss + draft_loss, report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=80)
    parser.add_argument("--bytes-per-step", type=int, default=6144)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", default="Sources/Models/Resources")
    parser.add_argument("--checkpoint", default="", help="file that keeps the weights every few minutes")
    parser.add_argument("--resume", default="", help="such a file to go on from")
    parser.add_argument("--from-progress", type=float, default=0.0, help="share of the schedule already behind (with --resume)")
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    train, held_out, paths = corpus.streams()
    print(f"{len(train):,} training bytes, {len(held_out):,} held out in {len(paths)} files, on {device}", flush=True)

    target, draft = Llama(TARGET).to(device), Llama(DRAFT).to(device)
    models = torch.nn.ModuleDict({"target": target, "draft": draft})
    matrices = [p for n, p in models.named_parameters() if p.ndim == 2 and "embed" not in n]
    others = [p for n, p in models.named_parameters() if p.ndim != 2 or "embed" in n]
    optimizers = [Muon(matrices, lr=0.02), torch.optim.AdamW(others, lr=0.004, betas=(0.9, 0.95), weight_decay=0.0)]
    bases = [g["lr"] for o in optimizers for g in o.param_groups]
    generator = torch.Generator().manual_seed(arguments.seed)

    began, saved, step, seen = time.monotonic(), time.monotonic(), 0, 0
    if arguments.resume:
        state = torch.load(arguments.resume)
        models.load_state_dict(state["models"])
        step, seen = state["step"], state["seen"]
        generator.manual_seed(arguments.seed + step)
    first_step, first_seen, first = step, seen, arguments.from_progress
    while (progress := first + (1 - first) * (time.monotonic() - began) / (60 * arguments.minutes)) < 1:
        length = window_length(progress)
        tokens = corpus.batch(train, arguments.bytes_per_step // length, length, generator).to(device)
        loss, report = losses(target, draft, tokens, progress)
        for o in optimizers:
            o.zero_grad(set_to_none=True)
        loss.backward()
        scale = min(1.0, (step - first_step + 1) / 30, (1 - progress) / 0.6)
        for group, base in zip([g for o in optimizers for g in o.param_groups], bases):
            group["lr"] = base * max(scale, 0.01)
        for o in optimizers:
            o.step()
        step, seen = step + 1, seen + tokens.shape[0] * length
        if step % 10 == 0:
            rate = (seen - first_seen) / (time.monotonic() - began)
            print(f"{progress:6.1%} step {step:5d} {seen/1e6:6.2f} MB {rate:6.0f} B/s  "
                  + "  ".join(f"{k} {v/0.6931:.3f}" for k, v in report.items()), flush=True)
        if arguments.checkpoint and time.monotonic() - saved > 300:
            torch.save({"models": models.state_dict(), "step": step, "seen": seen}, arguments.checkpoint)
            saved = time.monotonic()

    facts = {"steps": step, "bytes_seen": seen, "minutes": arguments.minutes, "device": device, "seed": arguments.seed,
             "held_out_files": paths,
             "bits_per_byte": {n: bits_per_byte(m, held_out) for n, m in (("target", target), ("draft", draft))}}
    print(json.dumps(facts["bits_per_byte"]), flush=True)
    publish(target, draft, facts, arguments.out)


if __name__ == "__main__":
    main()
