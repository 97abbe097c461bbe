#!/usr/bin/env python3
"""Runs `espalier generate --check` over held-out prompts, drafters, rules and seeds, and tabulates the outcome.

    Benchmarks/decoding.py .build/release/espalier [--device D] [--prompts 10] [--tokens 128] [--seeds 1 2 3 4 5] [--out FILE]

A row is a drafter and a rule: block efficiency (mean tokens per target pass) over all runs, tokens a second, and how many
runs passed the check against plain decoding. Exit status 1 if any check failed.
"""

import argparse
import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
GREEDY = [("model", "greedy"), ("heads", "greedy"), ("ngram", "greedy")]
SAMPLED = [(d, r) for d in ("model", "heads", "ngram") for r in ("pick", "token", "siblings")]


def generate(tool, text, drafter, rule, seed, arguments):
    command = [tool, "generate", "--json", "--check", "--drafter", drafter, "--verify", rule, "--prompt-file", "-",
               "--max-tokens", str(arguments.tokens)]
    command += ["--device", arguments.device] if arguments.device else []
    command += ["--temperature", "1", "--seed", str(seed)] if seed else []
    run = subprocess.run(command, input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if not run.stdout:
        sys.exit(f"{' '.join(command)}: {run.stderr.decode()}")
    return run.returncode, json.loads(run.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool")
    parser.add_argument("--device")
    parser.add_argument("--prompts", type=int, default=10)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3, 4, 5])
    parser.add_argument("--out")
    arguments = parser.parse_args()
    with open(os.path.join(HERE, "../Tests/DecodingTests/Data/prompts.json")) as file:
        prompts = json.load(file)["prompts"][: arguments.prompts]
    rows, failed = [], 0
    print(f"{'drafter':8} {'rule':9} {'runs':>5} {'passed':>7} {'block efficiency':>17} {'tokens/s':>9}")
    for drafter, rule in GREEDY + (SAMPLED if arguments.seeds else []):
        seeds = [0] if rule == "greedy" else arguments.seeds
        results = [generate(arguments.tool, p["text"], drafter, rule, s, arguments) for p in prompts for s in seeds]
        passed = sum(status == 0 for status, _ in results)
        tokens, passes = (sum(r[k] for _, r in results) for k in ("tokens", "passes"))
        seconds = sum(r["seconds"] for _, r in results)
        row = {"drafter": drafter, "rule": rule, "runs": len(results), "passed": passed, "tokens": tokens,
               "passes": passes, "block_efficiency": tokens / passes, "tokens_per_second": tokens / seconds}
        rows.append(row)
        failed += len(results) - passed
        print(f"{drafter:8} {rule:9} {len(results):5} {passed:7} {row['block_efficiency']:17.2f} "
              f"{row['tokens_per_second']:9.1f}", flush=True)
    if arguments.out:
        with open(arguments.out, "w") as file:
            json.dump({"device": arguments.device, "tokens": arguments.tokens, "prompts": len(prompts), "rows": rows}, file, indent=1)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
