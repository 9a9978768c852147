"""The command line that every peer script shares: arguments, timing, recommendations, one JSON report."""

import argparse
import json
import time

from threadpoolctl import threadpool_limits

from interactions import read_interactions, write_recommendations


def argument_parser(description):
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, help="train.tsv: `user<TAB>item` lines, each user's in time order")
    parser.add_argument("--threads", type=int, default=1, help="threads of the numeric libraries (default: 1)")
    parser.add_argument("--recs", help="write recommendations here: `user<TAB>item,item,...`")
    parser.add_argument("--top", type=int, default=100, help="recommendations a user (default: 100)")
    return parser


def model_parser(description):
    """The arguments of a peer that is fitted in one go, without epochs."""
    parser = argument_parser(description)
    parser.add_argument(
        "--hold-out-last",
        action="store_true",
        help="fit without each user's last event, as where it serves for validation; recommend from the full history",
    )
    return parser


def fit_and_recommend(arguments, name, fit, recommend):
    """Times `fit(training)` and `recommend(model, history)`, writes the recommendations, prints the report.

    Reading the file is not timed; building matrices from the events is.
    """
    history = read_interactions(arguments.data)
    training = history.without_last()[0] if arguments.hold_out_last else history
    with threadpool_limits(arguments.threads):
        fit_seconds, model = timed(fit, training)
        recommend_seconds, ranked = timed(recommend, model, history)
    if arguments.recs:
        write_recommendations(arguments.recs, history, ranked)
    report(
        model=name,
        threads=arguments.threads,
        users=history.user_count,
        items=history.item_count,
        events=len(training.items),
        fitSeconds=round(fit_seconds, 4),
        recommendSeconds=round(recommend_seconds, 4),
    )


def timed(function, *values):
    start = time.perf_counter()
    result = function(*values)
    return time.perf_counter() - start, result


def report(**fields):
    """Prints one JSON object on a line of standard output."""
    print(json.dumps(fields), flush=True)
