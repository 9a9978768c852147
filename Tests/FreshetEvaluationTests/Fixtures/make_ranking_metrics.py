"""Makes ranking-metrics.json: cases with values from trusted libraries for the tests of FreshetEvaluation.

Ranking metrics come from pytrec_eval and are computed again by ranx; classification and rating metrics come from
scikit-learn. The script stops if the two ranking libraries differ by more than 1e-9. Run it with the packages of
Benchmarks/Peers/requirements.txt:

    python make_ranking_metrics.py > ranking-metrics.json

The cases are drawn from a fixed seed, so the output is the same each time.
"""

import json
import random
from importlib.metadata import version

import numpy as np
import pytrec_eval
from ranx import Qrels, Run, evaluate
from sklearn import metrics as sklearn_metrics

CUTOFFS = [1, 5, 10, 20]

DEFINITIONS = {
    "hitRate": "1 if at least one relevant item is among the first K, else 0. pytrec_eval success_K, ranx hit_rate@K.",
    "recall": "Relevant items among the first K / all relevant items of the user. pytrec_eval recall_K, ranx recall@K. "
    "Some recommender libraries divide by min(K, relevant) instead; this is not that.",
    "precision": "Relevant items among the first K / K, also where the list is shorter than K. pytrec_eval P_K; ranx "
    "precision@K.",
    "f1": "2 precision recall / (precision + recall) at K, 0 if both are 0; the mean over users is that of each user's "
    "F1. ranx f1@K; computed again from pytrec_eval's P_K and recall_K.",
    "mrr": "1 / rank of the first relevant item, 0 if it is not among the first K. pytrec_eval recip_rank and ranx mrr, "
    "each on the list cut to K items.",
    "map": "Sum of precision@rank over the ranks up to K that hold a relevant item / all relevant items of the user. "
    "pytrec_eval map_cut_K, ranx map@K.",
    "mapTruncated": "The same sum / min(K, relevant items), as in Kaggle's apk and many recommender libraries. "
    "Derived: map * relevant / min(K, relevant).",
    "ndcg": "DCG / ideal DCG, gain 1 a relevant item, discount 1 / log2(rank + 1), ideal list of min(K, relevant) items. "
    "pytrec_eval ndcg_cut_K, ranx ndcg@K.",
    "auc": "Area under the ROC curve; a tied pair counts half. scikit-learn roc_auc_score.",
    "logLoss": "Mean negative log likelihood of the labels under the scores read as probabilities. scikit-learn log_loss.",
    "accuracy": "Share of events where (score >= 0.5) equals the label. scikit-learn accuracy_score.",
    "binaryF1": "F1 of the positive class at score >= 0.5, 0 where undefined. scikit-learn f1_score, zero_division=0.",
    "rmse": "Root of the mean squared error. scikit-learn root_mean_squared_error.",
    "mae": "Mean absolute error. scikit-learn mean_absolute_error.",
}


# Ranking


def expected_ranking(recommended, relevant):
    """Each metric of one user at every cutoff, in the order of CUTOFFS."""
    rows = [at_cutoff(recommended[:cutoff], relevant, cutoff) for cutoff in CUTOFFS]
    return {name: [row[name] for row in rows] for name in rows[0]}


def at_cutoff(recommended, relevant, cutoff):
    if not recommended:  # neither library takes an empty list; every definition gives 0
        return dict.fromkeys(["hitRate", "recall", "precision", "f1", "mrr", "map", "mapTruncated", "ndcg"], 0.0)
    truth = {"user": {str(item): 1 for item in relevant}}
    run = {"user": {str(item): float(cutoff - rank) for rank, item in enumerate(recommended)}}
    values = by_pytrec_eval(truth, run, cutoff)
    for name, other in by_ranx(truth, run, cutoff).items():
        if abs(values[name] - other) > 1e-9:
            raise SystemExit(f"{name}@{cutoff} of {recommended} for {relevant}: {values[name]} or {other}?")
    values["mapTruncated"] = values["map"] * len(relevant) / min(cutoff, len(relevant))
    return values


def by_pytrec_eval(truth, run, cutoff):
    measures = {f"{name}.{cutoff}" for name in ("success", "recall", "P", "map_cut", "ndcg_cut")} | {"recip_rank"}
    result = pytrec_eval.RelevanceEvaluator(truth, measures).evaluate(run)["user"]
    precision, recall = result[f"P_{cutoff}"], result[f"recall_{cutoff}"]
    return {
        "hitRate": result[f"success_{cutoff}"],
        "recall": recall,
        "precision": precision,
        "f1": 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0,
        "mrr": result["recip_rank"],
        "map": result[f"map_cut_{cutoff}"],
        "ndcg": result[f"ndcg_cut_{cutoff}"],
    }


def by_ranx(truth, run, cutoff):
    ours = {"hitRate": "hit_rate", "recall": "recall", "precision": "precision", "f1": "f1", "mrr": "mrr"}
    ours |= {"map": "map", "ndcg": "ndcg"}
    names = [f"{name}@{cutoff}" for name in ours.values()]
    result = evaluate(Qrels(truth), Run(run), names)
    return {name: float(result[theirs]) for name, theirs in zip(ours, names)}


def edge_cases():
    """Named lists: (name, [(recommended, relevant), ...])."""
    ten = list(range(1, 11))
    twenty_five = list(range(1, 26))
    return [
        ("one relevant item, first", [(ten, [1])]),
        ("one relevant item, second", [(ten, [2])]),
        ("one relevant item, last of the first 5", [(ten, [5])]),
        ("one relevant item, just beyond 5", [(ten, [6])]),
        ("one relevant item, last of ten", [(ten, [10])]),
        ("one relevant item, not in the list", [(ten, [99])]),
        ("one relevant item, beyond 20", [(twenty_five, [23])]),
        ("list of one item, a hit", [([7], [7])]),
        ("list of one item, a miss", [([7], [8])]),
        ("list shorter than K, a hit at the end", [([4, 9, 2], [2])]),
        ("list shorter than K, several relevant", [([4, 9, 2], [9, 2, 50, 51])]),
        ("empty list", [([], [3])]),
        ("empty list beside a perfect one", [([], [3]), ([3], [3])]),
        ("all relevant items first", [(ten, [1, 2, 3])]),
        ("all relevant items last", [(ten, [8, 9, 10])]),
        ("relevant items in reverse order of the list", [(ten, [3, 2, 1])]),
        ("more relevant items than K", [(ten, twenty_five)]),
        ("more relevant items than the longest K, all found", [(twenty_five, twenty_five)]),
        ("half of the relevant items in the list", [(ten, [2, 4, 60, 70])]),
        ("item 0 is an item", [([0, 1, 2], [0]), ([5, 0], [0, 6])]),
        ("alternating hits", [(list(range(1, 21)), list(range(1, 21, 2)))]),
        ("two users, one hit", [(ten, [1]), (ten, [99])]),
        ("users with one and with many relevant items", [(ten, [3]), (ten, [1, 5, 9, 42]), (ten, twenty_five)]),
    ]


def random_cases(generator):
    """Random users over small catalogues: the relevant sets are partly out of the list's reach."""
    shapes = [  # items, list length, most relevant items, users
        (12, 10, 1, 4), (30, 10, 1, 6), (30, 20, 1, 6), (60, 20, 1, 8),
        (12, 10, 3, 4), (30, 10, 5, 6), (30, 20, 8, 6), (60, 20, 25, 6),
        (30, 3, 4, 5), (30, 7, 2, 5), (25, 25, 6, 4), (100, 20, 40, 4),
        (40, 15, 3, 5), (40, 12, 12, 5), (8, 8, 2, 5), (50, 30, 10, 4),
        (20, 5, 6, 5), (200, 20, 60, 3),
    ]
    for number, (items, length, most_relevant, users) in enumerate(shapes, 1):
        pairs = [
            (
                generator.sample(range(items), length),
                sorted(generator.sample(range(items), generator.randint(1, most_relevant))),
            )
            for _ in range(users)
        ]
        yield f"random {number}: {items} items, lists of {length}, up to {most_relevant} relevant", pairs


def ranking_case(name, pairs):
    users = [
        {"recommended": recommended, "relevant": relevant, "expected": expected_ranking(recommended, relevant)}
        for recommended, relevant in pairs
    ]
    mean = {
        metric: np.mean([user["expected"][metric] for user in users], axis=0).tolist() for metric in users[0]["expected"]
    }
    return {"name": name, "users": users, "mean": mean}


# Classification and ratings


def classification_case(name, labels, scores):
    predicted = [int(score >= 0.5) for score in scores]
    return {
        "name": name,
        "labels": labels,
        "scores": scores,
        "expected": {
            "auc": float(sklearn_metrics.roc_auc_score(labels, scores)),
            "logLoss": float(sklearn_metrics.log_loss(labels, scores)),
            "accuracy": float(sklearn_metrics.accuracy_score(labels, predicted)),
            "binaryF1": float(sklearn_metrics.f1_score(labels, predicted, zero_division=0)),
        },
    }


def classification_cases(generator):
    yield classification_case("perfect order", [0, 0, 1, 1], [0.1, 0.4, 0.6, 0.9])
    yield classification_case("wrong order", [1, 1, 0, 0], [0.1, 0.4, 0.6, 0.9])
    yield classification_case("one pair out of order", [0, 1, 0, 1], [0.1, 0.4, 0.45, 0.8])
    yield classification_case("all scores tied", [0, 1, 0, 1, 1], [0.5] * 5)
    yield classification_case("ties across the classes", [0, 1, 0, 1, 1, 0], [0.2, 0.2, 0.7, 0.7, 0.9, 0.1])
    yield classification_case("nothing predicted positive", [0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4])
    yield classification_case("a single positive", [0, 0, 0, 0, 1], [0.2, 0.9, 0.1, 0.3, 0.6])
    for number, size in enumerate((10, 37, 100), 1):
        labels = [0, 1] + [generator.randint(0, 1) for _ in range(size - 2)]
        smooth = [round(min(max(generator.gauss(0.4 + 0.2 * label, 0.25), 0.01), 0.99), 6) for label in labels]
        yield classification_case(f"random {number}: {size} events", labels, smooth)
        coarse = [min(max(round(score, 1), 0.1), 0.9) for score in smooth]
        yield classification_case(f"random {number}: {size} events, many ties", labels, coarse)


def rating_case(name, ratings, predictions):
    return {
        "name": name,
        "ratings": ratings,
        "predictions": predictions,
        "expected": {
            "rmse": float(sklearn_metrics.root_mean_squared_error(ratings, predictions)),
            "mae": float(sklearn_metrics.mean_absolute_error(ratings, predictions)),
        },
    }


def rating_cases(generator):
    yield rating_case("exact", [1.0, 5.0, 3.0], [1.0, 5.0, 3.0])
    yield rating_case("a single rating", [4.0], [2.5])
    yield rating_case("off by one each", [1.0, 2.0, 3.0, 4.0], [2.0, 1.0, 4.0, 3.0])
    yield rating_case("one large error", [3.0, 3.0, 3.0, 3.0], [3.0, 3.0, 3.0, 0.0])
    for number, size in enumerate((10, 50), 1):
        ratings = [generator.randint(1, 10) / 2 for _ in range(size)]
        predictions = [round(rating + generator.gauss(0, 0.9), 6) for rating in ratings]
        yield rating_case(f"random {number}: {size} ratings", ratings, predictions)


# Output


def rows(cases):
    """A JSON array with one case a line."""
    return "[\n" + ",\n".join("    " + json.dumps(case) for case in cases) + "\n  ]"


def main():
    generator = random.Random(20240615)
    libraries = {name: version(name) for name in ("pytrec_eval-terrier", "ranx", "scikit-learn")}
    about = (
        "Made by make_ranking_metrics.py. Ranking values are lists parallel to `cutoffs`: those of pytrec_eval, checked "
        "by ranx within 1e-9 (an empty list, which neither takes, scores 0 by definition); `mean` is over the users of "
        "the case. Classification and rating values are scikit-learn's. Compare within 1e-9."
    )
    ranking = [ranking_case(name, pairs) for name, pairs in edge_cases() + list(random_cases(generator))]
    print("{")
    print(f'  "about": {json.dumps(about)},')
    print(f'  "libraries": {json.dumps(libraries)},')
    print(f'  "definitions": {json.dumps(DEFINITIONS, indent=4)},')
    print(f'  "cutoffs": {json.dumps(CUTOFFS)},')
    print(f'  "ranking": {rows(ranking)},')
    print(f'  "classification": {rows(classification_cases(generator))},')
    print(f'  "ratings": {rows(rating_cases(generator))}')
    print("}")


if __name__ == "__main__":
    main()
