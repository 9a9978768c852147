"""Measures `freshet replies`: how often a question in other words finds its answer, beside plain TF-IDF.

    python Benchmarks/reply_retrieval.py --freshet .build/release/freshet --data questions.csv.xz \\
        --encoders tfidf light light,tfidf minilm minilm,tfidf

The data have the columns Question and Answer. Of every question 30% of the words are dropped and 20% replaced by words
of other questions, by one generator with a seed (7), so that all sides get the same questions. A question counts as
answered when the text of its answer is among the first k answers, each answer counted once. `answered` is the share of
questions that are answered without a person, `right` the share of these whose first answer is the right one.

The peer is the cosine of TF-IDF vectors of words (smooth idf, as in scikit-learn), in plain Python.
"""

import argparse
import csv
import io
import json
import lzma
import math
import random
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path


def read_rows(path):
    opened = lzma.open(path, "rt", newline="") if str(path).endswith(".xz") else open(path, newline="")
    with opened as file:
        rows = list(csv.DictReader(io.StringIO(file.read())))
    pairs = [(" ".join(row["Question"].split()), " ".join(row["Answer"].split())) for row in rows]
    return [(question, answer) for question, answer in pairs if question and answer]


def disturbed(questions, seed):
    generator = random.Random(seed)
    words = [word for question in questions for word in question.split()]
    result = []
    for question in questions:
        kept = []
        for word in question.split():
            chance = generator.random()
            if chance < 0.3:
                continue
            kept.append(generator.choice(words) if chance < 0.5 else word)
        result.append(" ".join(kept) or question.split()[0])
    return result


def tfidf_answers(rows, asked, count):
    tokens = [re.findall(r"\w\w+", question.lower()) for question, _ in rows]
    document_counts = Counter(word for words in tokens for word in set(words))
    idf = {word: math.log((1 + len(rows)) / (1 + number)) + 1 for word, number in document_counts.items()}

    def vector(words):
        weights = {word: number * idf[word] for word, number in Counter(words).items() if word in idf}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1
        return {word: weight / length for word, weight in weights.items()}

    index = defaultdict(list)
    for place, words in enumerate(tokens):
        for word, weight in vector(words).items():
            index[word].append((place, weight))
    for question in asked:
        scores = Counter()
        for word, weight in vector(re.findall(r"\w\w+", question.lower())).items():
            for place, other in index[word]:
                scores[place] += weight * other
        answers = []
        for place, _ in sorted(scores.items(), key=lambda entry: (-entry[1], entry[0])):
            if rows[place][1] not in answers:
                answers.append(rows[place][1])
            if len(answers) == count:
                break
        yield answers


def run(arguments, *command):
    done = subprocess.run([arguments.freshet, "replies", *command, "--json", "-q"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return json.loads(done.stdout)


def recalls(answers, rows):
    answers = list(answers)
    return [sum(right in found[:k] for found, (_, right) in zip(answers, rows)) / len(rows) for k in (1, 5)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--freshet", default=".build/release/freshet")
    parser.add_argument("--data", required=True)
    parser.add_argument("--encoders", nargs="+", default=["tfidf", "light", "light,tfidf"])
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    rows = read_rows(arguments.data)
    asked = disturbed([question for question, _ in rows], arguments.seed)
    print("| encoder | Recall@1 | Recall@5 | answered | right |")
    print("| --- | --- | --- | --- | --- |")
    first, fifth = recalls(tfidf_answers(rows, asked, 5), rows)
    print(f"| peer: TF-IDF | {first:.4f} | {fifth:.4f} | | |", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        data, questions = Path(folder) / "questions.csv", Path(folder) / "asked.jsonl"
        with open(data, "w", newline="") as file:
            csv.writer(file).writerows([("question", "answer"), *rows])
        questions.write_text("".join(json.dumps(question) + "\n" for question in asked))
        for encoder in arguments.encoders:
            output = str(Path(folder) / "replies")
            run(arguments, "index", "--data", str(data), "--encoder", encoder, "--output", output, "--force")
            replies = run(arguments, "ask", "--replies", output, "--texts", str(questions), "--count", "5")
            found = [[answer["answer"] for answer in reply["answers"]] for reply in replies]
            first, fifth = recalls(found, rows)
            sure = [(answers, right) for reply, answers, (_, right) in zip(replies, found, rows) if not reply["askAPerson"]]
            right = sum(answers[0] == answer for answers, answer in sure) / max(1, len(sure))
            print(f"| {encoder} | {first:.4f} | {fifth:.4f} | {len(sure) / len(rows):.3f} | {right:.3f} |", flush=True)


if __name__ == "__main__":
    main()
