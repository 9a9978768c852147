"""Measures `freshet classify`: how right it is, and how fast it tunes an encoder beside PyTorch.

    python Benchmarks/text_classification.py accuracy --freshet .build/release/freshet --model minilm \\
        --data banking77/train.csv.xz --test banking77/test.csv.xz --tunings all lora
    python Benchmarks/text_classification.py accuracy --freshet .build/release/freshet --model light \\
        --data sentences.tsv.xz --tunings none --seeds 1 2 3
    python Benchmarks/text_classification.py speed --freshet .build/release/freshet --model FOLDER \\
        --data banking77/train.csv.xz --rows 1600 --threads 2 --rounds 3

`accuracy` trains once for each tuning and seed. With `--test` it learns from all of `--data` and is measured on the
other file, which is read once; without, a tenth of `--data` is held out by the seed. `--accurate-peer` trains PyTorch
with the same recipe beside it.

`speed` tunes all of the model on the same rows for one epoch on both sides, in turn, batches of `--batch` in a random
order: Freshet packs them, PyTorch pads each batch to its longest text, as `transformers` does. Both count the tokens of
the texts, not of the padding, and only the time of the steps. A ratio is the median over the rounds; above 1 Freshet is
faster. The load average is printed, since a busy machine spoils rates more than ratios.

The interpreter needs tokenizers, torch and transformers for `speed` and for `--accurate-peer`; `--model` is then the
folder that the model was published in.
"""

import argparse
import csv
import io
import json
import lzma
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean, median


def read_rows(path):
    """The texts and labels of a table with the columns text and label in this order, whatever they are called."""
    opened = lzma.open(path, "rt", newline="") if str(path).endswith(".xz") else open(path, newline="")
    with opened as file:
        text = file.read()
    if ".tsv" in Path(path).name:
        return [tuple(line.rsplit("\t", 1)) for line in text.splitlines() if "\t" in line]
    rows = list(csv.reader(io.StringIO(text)))
    return [(row[0].strip(), row[1].strip()) for row in rows[1:] if len(row) == 2]


def write_rows(rows, path):
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label"])
        writer.writerows(rows)


def freshet(arguments, *command):
    done = subprocess.run([arguments.freshet, "classify", *map(str, command), "--json", "-q"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stderr}")
    return json.loads(done.stdout)


def train_freshet(arguments, data, folder, tuning, seed, *more):
    command = ["train", "--data", data, "--encoder", encoder(arguments), "--tuning", tuning, "--seed", seed]
    command += ["--threads", arguments.threads, "--output", folder, "--force", *more]
    for name in ("epochs", "rate", "rank", "batch"):
        if getattr(arguments, name) is not None:
            command += [f"--{name}", getattr(arguments, name)]
    return freshet(arguments, *command)


def encoder(arguments):
    return str(Path(arguments.model).resolve()) if Path(arguments.model).is_dir() else arguments.model


def measure_accuracy(arguments):
    print("| tuning | seed | accuracy | macro F1 | calibration error | last loss | seconds | file, kB |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        for tuning in arguments.tunings:
            accuracies = []
            for seed in arguments.seeds:
                held_out = 0 if arguments.test else 0.1
                trained = train_freshet(arguments, arguments.data, folder, tuning, seed, "--held-out", held_out)
                if arguments.test:
                    command = ["evaluate", "--classifier", folder, "--data", arguments.test, "--threads", arguments.threads]
                    report = freshet(arguments, *command)
                else:
                    report = trained["heldOut"]
                accuracies.append(report["accuracy"])
                size = (Path(folder) / "classifier.safetensors").stat().st_size / 1000
                error = report["calibration"]["error"]
                print(
                    f"| {tuning} | {seed} | {report['accuracy']:.4f} | {report['macroF1']:.4f} | {error:.4f} "
                    f"| {trained['losses'][-1]:.4f} | {trained['seconds']:.0f} | {size:.0f} |",
                    flush=True,
                )
            if len(accuracies) > 1:
                print(f"| {tuning} | mean | {mean(accuracies):.4f} | | | | | |")
    if arguments.accurate_peer:
        for seed in arguments.seeds:
            rows, test = read_rows(arguments.data), read_rows(arguments.test) if arguments.test else None
            if test is None:
                order = list(range(len(rows)))
                random.Random(seed).shuffle(order)
                held = set(order[: len(rows) // 10])
                test = [rows[place] for place in sorted(held)]
                rows = [row for place, row in enumerate(rows) if place not in held]
            accuracy, rate = train_torch(arguments, rows, test, seed)
            print(f"| PyTorch, all | {seed} | {accuracy:.4f} | | | | | |  ({rate:.0f} tokens/s)")


def train_torch(arguments, rows, test, seed):
    """Tunes everything with PyTorch; returns the accuracy on the test rows, if any, and tokens a second."""
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoModel

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(seed)
    tokenizer = Tokenizer.from_file(str(Path(arguments.model) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(256)
    classes = sorted({label for _, label in rows})
    number = {label: place for place, label in enumerate(classes)}
    body = AutoModel.from_pretrained(arguments.model, attn_implementation="sdpa")
    head = torch.nn.Linear(body.config.hidden_size, len(classes))
    parameters = [*body.parameters(), *head.parameters()]
    batch, epochs = arguments.batch or 32, arguments.epochs or (8 if test else 1)
    optimizer = torch.optim.AdamW(parameters, lr=arguments.rate or 2e-4, weight_decay=0.01)
    steps = epochs * ((len(rows) + batch - 1) // batch)
    warm = max(1, steps // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))
    )
    tokens = [tokenizer.encode(text).ids for text, _ in rows]
    order = list(range(len(rows)))

    def logits(chosen):
        width = max(map(len, chosen))
        ids = torch.tensor([ids + [0] * (width - len(ids)) for ids in chosen])
        mask = torch.tensor([[1] * len(ids) + [0] * (width - len(ids)) for ids in chosen])
        states = body(input_ids=ids, attention_mask=mask).last_hidden_state
        pooled = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        unit = torch.nn.functional.normalize(pooled) * body.config.hidden_size**0.5
        return head(torch.nn.functional.dropout(unit, 0.1, body.training))

    read, seconds = 0, 0.0
    body.train()
    for _ in range(epochs):
        random.Random(seed).shuffle(order)
        for start in range(0, len(order), batch):
            begin = time.perf_counter()
            chosen = order[start : start + batch]
            target = torch.tensor([number[rows[place][1]] for place in chosen])
            loss = torch.nn.functional.cross_entropy(logits([tokens[place] for place in chosen]), target)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step()
            schedule.step()
            seconds += time.perf_counter() - begin
            read += sum(len(tokens[place]) for place in chosen)
    body.eval()
    right = 0
    with torch.no_grad():
        for start in range(0, len(test), 64):
            part = test[start : start + 64]
            said = logits([tokenizer.encode(text).ids for text, _ in part]).argmax(1).tolist()
            right += sum(classes[place] == label for place, (_, label) in zip(said, part))
    return right / max(1, len(test)), read / seconds


def measure_speed(arguments):
    rows = read_rows(arguments.data)
    random.Random(1).shuffle(rows)
    rows = rows[: arguments.rows]
    rates = {"freshet": [], "torch": []}
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "rows.csv"
        write_rows(rows, data)
        for turn in range(arguments.rounds):
            sides = ["freshet", "torch"] if turn % 2 == 0 else ["torch", "freshet"]
            for side in sides:
                if side == "freshet":
                    more = ["--held-out", 0, "--epochs", 1]
                    rate = train_freshet(arguments, data, Path(folder) / "out", "all", 1, *more)["tokensPerSecond"]
                else:
                    command = [sys.executable, __file__, "peer", "--model", arguments.model, "--data", str(data)]
                    command += ["--threads", str(arguments.threads), "--batch", str(arguments.batch or 32)]
                    environment = os.environ | {"OMP_NUM_THREADS": str(arguments.threads)}
                    done = subprocess.run(command, capture_output=True, text=True, env=environment)
                    if done.returncode != 0:
                        sys.exit(done.stderr)
                    rate = float(done.stdout)
                rates[side].append(rate)
                print(f"{side}: {rate:.0f} tokens/s (load {os.getloadavg()[0]:.1f})", flush=True)
    ratios = [mine / theirs for mine, theirs in zip(rates["freshet"], rates["torch"])]
    print(
        f"freshet {median(rates['freshet']):.0f}, PyTorch {median(rates['torch']):.0f} tokens/s; "
        f"ratio {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}), {arguments.threads} threads"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("accuracy", "speed", "peer"):
        command = commands.add_parser(name)
        command.add_argument("--freshet", default=".build/release/freshet")
        command.add_argument("--model", required=True)
        command.add_argument("--data", required=True)
        command.add_argument("--test")
        command.add_argument("--tunings", nargs="+", default=["all", "lora"])
        command.add_argument("--seeds", nargs="+", type=int, default=[1])
        command.add_argument("--accurate-peer", action="store_true")
        command.add_argument("--threads", type=int, default=os.cpu_count())
        command.add_argument("--rounds", type=int, default=3)
        command.add_argument("--rows", type=int, default=1600)
        command.add_argument("--epochs", type=int)
        command.add_argument("--rate", type=float)
        command.add_argument("--rank", type=int)
        command.add_argument("--batch", type=int)
    arguments = parser.parse_args()
    if arguments.command == "accuracy":
        measure_accuracy(arguments)
    elif arguments.command == "speed":
        arguments.epochs = None
        measure_speed(arguments)
    else:
        print(train_torch(arguments, read_rows(arguments.data), [], 1)[1])


if __name__ == "__main__":
    main()
