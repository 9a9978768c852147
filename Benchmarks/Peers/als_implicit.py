"""Matrix factorisation for implicit feedback by alternating least squares, from the `implicit` library.

64 factors and 15 iterations, the rest as `implicit` has it: conjugate-gradient solver, regularization .01, alpha 1,
its own threads (`num_threads`), and BLAS on one thread as it asks for itself.
"""

from implicit.als import AlternatingLeastSquares
from threadpoolctl import threadpool_limits

from peer import fit_and_recommend, model_parser


def main():
    parser = model_parser(__doc__)
    parser.add_argument("--factors", type=int, default=64)
    parser.add_argument("--iterations", type=int, default=15)
    parser.add_argument("--regularization", type=float, default=0.01)
    parser.add_argument("--alpha", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    def fit(training):
        model = AlternatingLeastSquares(
            factors=arguments.factors,
            iterations=arguments.iterations,
            regularization=arguments.regularization,
            alpha=arguments.alpha,
            num_threads=arguments.threads,
            random_state=arguments.seed,
            use_gpu=False,
        )
        with threadpool_limits(1, "blas"):
            model.fit(training.matrix(), show_progress=False)
        return model

    def recommend(model, history):
        users = range(history.user_count)
        ranked, _ = model.recommend(
            users,
            history.matrix(),
            N=min(arguments.top, history.item_count),
            filter_already_liked_items=True,
            recalculate_user=arguments.hold_out_last,
        )
        return ranked

    fit_and_recommend(arguments, "als", fit, recommend)


if __name__ == "__main__":
    main()
