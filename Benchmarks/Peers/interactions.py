"""Reading interactions and writing recommendations: what every peer script shares.

Input: a text file of `user<TAB>item` or `user item` lines, each user's lines in time order (users may interleave).
Output: `user<TAB>item,item,...` lines, best item first, items of the user's own history left out.
Ids are kept as strings at the edge; inside, users and items are 0-based indices in order of first appearance.
"""

import lzma
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sparse


@dataclass
class Interactions:
    """Events grouped by user: user `u` owns `items[starts[u]:starts[u + 1]]`, oldest first."""

    user_ids: list[str]
    item_ids: list[str]
    items: np.ndarray
    starts: np.ndarray

    @property
    def user_count(self):
        return len(self.user_ids)

    @property
    def item_count(self):
        return len(self.item_ids)

    @property
    def event_users(self):
        """The user of each event, parallel to `items`."""
        return np.repeat(np.arange(self.user_count), np.diff(self.starts))

    def sequence(self, user):
        return self.items[self.starts[user] : self.starts[user + 1]]

    def matrix(self, dtype=np.float32):
        """The binary user x item matrix; a repeated event counts once."""
        ones = np.ones(len(self.items), dtype=dtype)
        matrix = sparse.csr_matrix(
            (ones, (self.event_users, self.items)), shape=(self.user_count, self.item_count), dtype=dtype
        )
        matrix.sum_duplicates()
        matrix.data[:] = 1
        return matrix

    def without_last(self):
        """Splits off the newest event of each user who has at least three.

        Returns the shorter interactions (same indices) and an array with each user's held-out item, -1 where none.
        """
        lengths = np.diff(self.starts)
        held = np.full(self.user_count, -1, dtype=np.int64)
        enough = lengths >= 3
        last = self.starts[1:] - 1
        held[enough] = self.items[last[enough]]
        keep = np.ones(len(self.items), dtype=bool)
        keep[last[enough]] = False
        starts = np.concatenate([[0], np.cumsum(lengths - enough)])
        return Interactions(self.user_ids, self.item_ids, self.items[keep], starts), held


def open_text(path):
    """Opens a text file for reading, decompressing `.xz` on the way."""
    path = Path(path)
    return lzma.open(path, "rt", encoding="utf-8") if path.suffix == ".xz" else open(path, encoding="utf-8")


def read_pairs(path):
    """Yields `(user, item)` from a file of pairs, separated by a tab if the line has one, else by white space."""
    with open_text(path) as lines:
        for number, line in enumerate(lines, 1):
            line = line.rstrip("\n")
            if not line.strip():
                continue
            fields = line.split("\t") if "\t" in line else line.split()
            if len(fields) != 2:
                raise ValueError(f"{path}, line {number}: expected a user and an item, found {line!r}")
            yield fields[0], fields[1]


def read_interactions(path):
    user_index, item_index = {}, {}
    users, items = [], []
    for user, item in read_pairs(path):
        users.append(user_index.setdefault(user, len(user_index)))
        items.append(item_index.setdefault(item, len(item_index)))
    users, items = np.asarray(users, dtype=np.int64), np.asarray(items, dtype=np.int64)
    order = np.argsort(users, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(users, minlength=len(user_index)))])
    return Interactions(list(user_index), list(item_index), items[order], starts)


def top_items(scores, count):
    """Each row's `count` best columns, best first; a column that scores -inf is left out (-1 in its place)."""
    count = min(count, scores.shape[1])
    best = np.argpartition(scores, -count, axis=1)[:, -count:] if count < scores.shape[1] else None
    if best is None:
        best = np.broadcast_to(np.arange(scores.shape[1]), scores.shape)
    values = np.take_along_axis(scores, best, axis=1)
    order = np.argsort(-values, axis=1, kind="stable")
    ranked = np.take_along_axis(best, order, axis=1)
    ranked[np.isneginf(np.take_along_axis(values, order, axis=1))] = -1
    return ranked


def rank_unseen(score_rows, seen, count, batch_size=512):
    """Ranks every user's unseen items, `batch_size` users at a time.

    `score_rows(first, last)` gives a dense array of scores for users `first..<last`, which is overwritten here.
    """
    ranked = []
    for first in range(0, seen.shape[0], batch_size):
        last = min(first + batch_size, seen.shape[0])
        scores = score_rows(first, last)
        rows, columns = seen[first:last].nonzero()
        scores[rows, columns] = -np.inf
        ranked.append(top_items(scores, count))
    return np.concatenate(ranked)


def write_recommendations(path, interactions, ranked):
    item_ids = np.asarray(interactions.item_ids, dtype=object)
    with open(path, "w", encoding="utf-8") as out:
        for user, row in zip(interactions.user_ids, ranked):
            out.write(f"{user}\t{','.join(item_ids[row[row >= 0]])}\n")
