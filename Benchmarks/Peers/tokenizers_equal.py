"""Compares Freshet's tokens with those of the `tokenizers` library: on random strings, and on the lines of files.

    pip install tokenizers==0.23.3
    python tokenizers_equal.py --freshet ../../.build/release/freshet --model MODEL_FOLDER [--count 100000] [FILE ...]

A third of the random strings are letters of one script, a third of three, the rest any scalars of Unicode; special tokens,
contractions, controls and blanks of every kind are among them. FILEs are read line by line (.xz unpacked); tabs part texts.
Ends with 0 when every text has the same tokens.
"""
import argparse, json, lzma, pathlib, random, subprocess, sys, tempfile

from tokenizers import Tokenizer

POOLS = [
    "abcdefghijklmnopqrstuvwxyz ABCDEFG  0123456789 '.,-!?",
    "\u00e9\u00e8\u00e0\u00fc\u00f6\u00f1\u00e7\u00df\u00c9\u00c0 \u0131\u0130\u015f\u011f\u00e6\u00f8\u00e5\u0153 e\u0301",
    "\u6211\u7231\u5317\u4eac\u5929\u5b89\u95e8 \u6771\u4eac\u90fd \u30ac\u30ae\u30b0 \u304b\u306a \u30ab\u30ca \ud55c\uad6d\uc5b4 \uc11c\uc6b8",
    "\u03b1\u03b2\u03b3\u03a3\u03c2\u03c9 \u03a9\u03ac \u043f\u0440\u0438\u0432\u0435\u0442 \u041c\u0438\u0440 \u0451\u0401\u0439\u0419",
    "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467\U0001f1e9\U0001f1ea1\ufe0f\u20e3 \U0001f3fd\u2728",
    "\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \u0915\u093f\u0938\u093e\u0928\u094b\u0902 \u0627\u0644\u0639\u0631\u0628\u064a\u0629 \u05e2\u05d1",
    "\t\n\r\u00a0\u3000\u200b\u2028\u0085\x00\ufffd\ufeff",
    " [MASK] [CLS] [SEP] <|endoftext|> <s> </s> <mask> ",
]
RANGES = [(0x20, 0x250), (0x20, 0x3000), (0, 0x10000), (0x10000, 0x20000), (0x20000, 0x30000), (0, 0x110000)]


def any_scalar():
    while True:
        value = random.randrange(*random.choice(RANGES))
        if not 0xD800 <= value < 0xE000:
            return chr(value)


def random_text():
    length, kind = random.choice([1, 3, 8, 20, 40, 90]), random.random()
    if kind >= 0.75:
        return "".join(any_scalar() for _ in range(length))
    pool = random.choice(POOLS) if kind < 0.35 else "".join(random.sample(POOLS, 3))
    text = "".join(random.choice(pool) for _ in range(length))
    return text + random.choice(["[MASK]", "<|endoftext|>", "don't I'LL we've", "'re"]) + text if random.random() < 0.1 else text


def compare(arguments, texts, name):
    reference = Tokenizer.from_file(str(pathlib.Path(arguments.model) / "tokenizer.json"))
    reference.no_padding()
    reference.no_truncation()
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder) / "texts.jsonl", pathlib.Path(folder) / "tokens.txt"
        source.write_text("".join(json.dumps(text) + "\n" for text in texts))
        model = arguments.model if "/" in arguments.model else f"./{arguments.model}"
        subprocess.run([arguments.freshet, "encode", "--encoder", model, "--texts", source, "--tokens", "--output", target, "--quiet"], check=True, stdout=subprocess.DEVNULL)
        lines = target.read_text().split("\n")
    different = 0
    for text, line, encoding in zip(texts, lines, reference.encode_batch(texts)):
        ours = [int(token) for token in line.split()]
        if ours != encoding.ids:
            different += 1
            if different <= 5:
                print(f"{text!a}\n  tokenizers {encoding.ids[:40]}\n  freshet    {ours[:40]}")
    print(f"{name}: {len(texts)} texts, {different} differ")
    return different


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--freshet", required=True)
parser.add_argument("--model", required=True, help="a folder with tokenizer.json and the rest of a model")
parser.add_argument("--count", type=int, default=100_000)
parser.add_argument("--seed", type=int, default=7)
parser.add_argument("files", nargs="*")
arguments = parser.parse_args()
random.seed(arguments.seed)
different = compare(arguments, [random_text() for _ in range(arguments.count)], "random strings")
for path in arguments.files:
    read = lzma.open if path.endswith(".xz") else open
    with read(path, "rt", encoding="utf8", errors="replace") as file:
        different += compare(arguments, [text for line in file for text in line.rstrip("\n").split("\t")], path)
sys.exit(different > 0)
