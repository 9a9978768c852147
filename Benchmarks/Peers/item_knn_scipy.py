"""Item kNN: cosine similarity with shrinkage, the nearest neighbours of each item kept.

  S[i, j] = (users of both) / (sqrt(n[i] * n[j]) + shrinkage),  S[i, i] = 0,  scores = X S
"""

import numpy as np
import scipy.sparse as sparse

from interactions import rank_unseen
from peer import fit_and_recommend, model_parser

BLOCK = 1024


def fit(training, neighbours, shrinkage):
    """Returns the sparse item x item matrix: row `i` holds the neighbours of `i`."""
    matrix = training.matrix()
    by_item = sparse.csr_matrix(matrix.T)
    norms = np.sqrt(np.diff(by_item.indptr)).astype(np.float32)
    rows, columns, values = [], [], []
    for first in range(0, training.item_count, BLOCK):
        last = min(first + BLOCK, training.item_count)
        block = (by_item[first:last] @ matrix).toarray()
        block /= norms[first:last, None] * norms + shrinkage + 1e-9
        block[np.arange(last - first), np.arange(first, last)] = 0
        nearest = top_columns(block, neighbours)
        rows.append(np.repeat(np.arange(first, last), nearest.shape[1]))
        columns.append(nearest.ravel())
        values.append(np.take_along_axis(block, nearest, axis=1).ravel())
    similarities = sparse.csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(training.item_count, training.item_count),
    )
    similarities.eliminate_zeros()
    return similarities


def top_columns(block, count):
    count = min(count, block.shape[1] - 1)
    return np.argpartition(block, -count, axis=1)[:, -count:]


def main():
    parser = model_parser(__doc__)
    parser.add_argument("--neighbours", type=int, default=200)
    parser.add_argument("--shrinkage", type=float, default=10)
    arguments = parser.parse_args()

    def recommend(similarities, history):
        matrix = history.matrix()
        score_rows = lambda first, last: (matrix[first:last] @ similarities).toarray()
        return rank_unseen(score_rows, matrix, arguments.top)

    fit_and_recommend(
        arguments,
        "item-knn",
        fit=lambda training: fit(training, arguments.neighbours, arguments.shrinkage),
        recommend=recommend,
    )


if __name__ == "__main__":
    main()
