"""Scores recommendations against the truth with pytrec_eval and ranx: a cross-check of Freshet's own evaluation.

Reads recs.tsv (`user<TAB>item,item,...`, best first) and truth.tsv (`user<TAB>item` lines; several lines a user are
several relevant items). Every user of the truth counts; one without recommendations scores 0 in all metrics.

  hitRate@K    share of users with at least one relevant item among the first K
  recall@K     relevant items among the first K / relevant items of the user
  precision@K  relevant items among the first K / K
  mrr@K        1 / rank of the first relevant item, 0 if beyond K
  map@K        sum of precisions at the ranks of relevant items up to K / relevant items of the user
  ndcg@K       gain 1 a relevant item, discount log2(rank + 1), ideal list of min(K, relevant) items

pytrec_eval (the trec_eval code) gives the values; ranx computes all of them again, and a difference over 1e-6 fails.
"""

import argparse

import numpy as np
import pytrec_eval

from interactions import open_text, read_pairs
from peer import report

# Our name: (pytrec_eval measure, its per-query key, ranx metric). Reciprocal rank is cut by cutting the list.
METRICS = {
    "hitRate": ("success", "success_{k}", "hit_rate@{k}"),
    "recall": ("recall", "recall_{k}", "recall@{k}"),
    "precision": ("P", "P_{k}", "precision@{k}"),
    "mrr": ("recip_rank", "recip_rank", "mrr@{k}"),
    "map": ("map_cut", "map_cut_{k}", "map@{k}"),
    "ndcg": ("ndcg_cut", "ndcg_cut_{k}", "ndcg@{k}"),
}


def read_recommendations(path):
    with open_text(path) as lines:
        for line in lines:
            user, _, items = line.rstrip("\n").partition("\t")
            yield user, [item for item in items.split(",") if item]


def as_run(recommendations, cutoff):
    """The first `cutoff` items of each user with falling scores, as both libraries want them."""
    return {
        user: {item: float(cutoff - rank) for rank, item in enumerate(items[:cutoff])}
        for user, items in recommendations.items()
    }


def evaluate(truth, recommendations, cutoff):
    """Mean of each metric over the users of the truth, by pytrec_eval."""
    measures = {
        measure if measure == "recip_rank" else f"{measure}.{cutoff}" for measure, _, _ in METRICS.values()
    }
    results = pytrec_eval.RelevanceEvaluator(truth, measures).evaluate(as_run(recommendations, cutoff))
    return {
        f"{name}@{cutoff}": float(sum(user[key.format(k=cutoff)] for user in results.values()) / len(truth))
        for name, (_, key, _) in METRICS.items()
    }


def evaluate_again(truth, recommendations, cutoff):
    """The same by ranx."""
    from ranx import Qrels, Run, evaluate as ranx_evaluate

    names = [metric.format(k=cutoff) for _, _, metric in METRICS.values()]
    values = ranx_evaluate(Qrels(truth), Run(as_run(recommendations, cutoff)), names, make_comparable=True)
    return {f"{name}@{cutoff}": float(values[ranx_name]) for name, ranx_name in zip(METRICS, names)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recs", required=True)
    parser.add_argument("--truth", required=True)
    parser.add_argument("--at", type=int, nargs="+", default=[5, 10, 20], help="the K values (default: 5 10 20)")
    parser.add_argument("--skip-ranx", action="store_true", help="trust pytrec_eval alone (ranx is slow to start)")
    arguments = parser.parse_args()

    truth = {}
    for user, item in read_pairs(arguments.truth):
        truth.setdefault(user, {})[item] = 1
    recommendations = {user: items for user, items in read_recommendations(arguments.recs) if user in truth}

    metrics = {}
    for cutoff in arguments.at:
        values = evaluate(truth, recommendations, cutoff)
        if not arguments.skip_ranx:
            again = evaluate_again(truth, recommendations, cutoff)
            for name, value in values.items():
                if not np.isclose(value, again[name], atol=1e-6):
                    raise SystemExit(f"{name}: pytrec_eval says {value}, ranx says {again[name]}")
        metrics.update({name: round(value, 6) for name, value in values.items()})
    report(users=len(truth), usersWithRecommendations=len(recommendations), **metrics)


if __name__ == "__main__":
    main()
