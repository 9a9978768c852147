"""Measures how fast Freshet makes one token after another with a causal model of GPT-2 small's shape and drawn weights.

    python Benchmarks/decoding_speed.py --freshet .build/release/freshet --rounds 5

A token takes every weight once, so what bounds it is the speed at which memory is read: the figure is weights read a second by
the speed at which this machine reads memory in order, measured beside it in the same process. One thread. The model is written
to a folder that goes with the run (half a gigabyte), or to `--folder`, where it stays. The load average is printed, since a busy
machine spoils rates more than ratios.

The interpreter needs numpy.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

SHAPE = {
    "model_type": "gpt2", "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024, "vocab_size": 50257,
    "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new",
}
TEXTS = ["A lamp of brass for the table", "A spade of stainless steel", "Garden chairs, set of two"]


def printable_bytes():
    """The characters that stand for the bytes in GPT-2's vocabulary, in its order."""
    own = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in own]
    return [chr(byte) for byte in own] + [chr(256 + place) for place in range(len(others))]


def write_model(folder):
    import numpy

    random = numpy.random.default_rng(1)
    width, layers = SHAPE["n_embd"], SHAPE["n_layer"]
    arrays = {"wte.weight": (SHAPE["vocab_size"], width), "wpe.weight": (SHAPE["n_positions"], width)}
    for layer in range(layers):
        for name, shape in {
            "ln_1": (width,), "attn.c_attn": (width, 3 * width), "attn.c_proj": (width, width),
            "ln_2": (width,), "mlp.c_fc": (width, 4 * width), "mlp.c_proj": (4 * width, width),
        }.items():
            arrays[f"h.{layer}.{name}.weight"] = shape
            arrays[f"h.{layer}.{name}.bias"] = shape[-1:]
    arrays["ln_f.weight"] = arrays["ln_f.bias"] = (width,)
    header, end = {}, 0
    for name, shape in arrays.items():
        size = 2 * int(numpy.prod(shape))
        header[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [end, end + size]}
        end += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(folder / "model.safetensors", "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for name, shape in arrays.items():
            is_gain = ".ln_" in f".{name}" and name.endswith("weight")
            numbers = random.normal(1 if is_gain else 0, 0.02, shape)
            file.write(numbers.astype("<f2").tobytes())
    (folder / "config.json").write_text(json.dumps(SHAPE))
    characters = printable_bytes()
    pairs = [f"{first} {second}" for first in characters for second in characters]
    merges = pairs[: SHAPE["vocab_size"] - 257]
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")


def measure(arguments, folder):
    texts = folder / "texts.txt"
    texts.write_text("\n".join(TEXTS) + "\n")
    command = [arguments.freshet, "models", "measure", str(folder), "--texts", str(texts), "--precision", arguments.precision]
    command += ["--seconds", str(arguments.seconds), "--batch", "1", "--threads", "1", "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return json.loads(done.stdout)["generation"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--freshet", default=".build/release/freshet")
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--precision", default="int8", choices=["int8", "float32"])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = (arguments.folder or Path(scratch) / "gpt2-small-shape").resolve()
        if not (folder / "model.safetensors").exists():
            folder.mkdir(parents=True, exist_ok=True)
            write_model(folder)
        shares = []
        for _ in range(arguments.rounds):
            figures = measure(arguments, folder)
            shares.append(figures["shareOfBandwidth"])
            rate = figures["tokensPerSecond"] * figures["bytesPerToken"] / 1e9
            print(
                f"{figures['tokensPerSecond']:.1f} tokens/s, {rate:.2f} of {figures['memoryBandwidth'] / 1e9:.2f} GB/s: "
                f"{shares[-1]:.2f} (load {os.getloadavg()[0]:.1f})",
                flush=True,
            )
        print(f"{arguments.precision}: {median(shares):.2f} ({min(shares):.2f} to {max(shares):.2f}) of the bandwidth")


if __name__ == "__main__":
    main()
