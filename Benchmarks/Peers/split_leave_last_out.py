"""Splits sequences into train.tsv and test.tsv: each user's last event goes to the test file.

Reads either form, told apart by the first line unless --form says which:
  pairs      `user item` (or `user<TAB>item`) a line, each user's lines in time order   (ml-1m.txt of SASRec)
  sequences  `user item item item ...` a line, oldest item first                        (Beauty.txt of S3-Rec)
A first line of exactly two fields reads as pairs. Users with fewer than three events keep everything in train.
"""

import argparse
from pathlib import Path

from interactions import open_text, read_pairs
from peer import report


def read_sequences(path, form):
    """Returns user -> items, oldest first."""
    if form == "auto":
        with open_text(path) as lines:
            form = "pairs" if len(lines.readline().split()) == 2 else "sequences"
    sequences = {}
    if form == "pairs":
        for user, item in read_pairs(path):
            sequences.setdefault(user, []).append(item)
    else:
        with open_text(path) as lines:
            for line in lines:
                if fields := line.split():
                    sequences.setdefault(fields[0], []).extend(fields[1:])
    return sequences


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="the file to split (.xz is read as it is)")
    parser.add_argument("--output", default=".", help="folder for train.tsv and test.tsv (default: here)")
    parser.add_argument("--form", choices=["auto", "pairs", "sequences"], default="auto")
    parser.add_argument("--users", type=int, help="keep only the first so many users (for smoke tests)")
    arguments = parser.parse_args()

    sequences = read_sequences(arguments.data, arguments.form)
    users = list(sequences)[: arguments.users]
    folder = Path(arguments.output)
    folder.mkdir(parents=True, exist_ok=True)
    train_events = test_events = 0
    with open(folder / "train.tsv", "w", encoding="utf-8") as train, \
         open(folder / "test.tsv", "w", encoding="utf-8") as test:
        for user in users:
            items = sequences[user]
            kept = items[:-1] if len(items) >= 3 else items
            train.writelines(f"{user}\t{item}\n" for item in kept)
            test.writelines(f"{user}\t{item}\n" for item in items[len(kept):])
            train_events += len(kept)
            test_events += len(items) - len(kept)
    report(users=len(users), trainEvents=train_events, testEvents=test_events)


if __name__ == "__main__":
    main()
