"""SASRec (Kang and McAuley 2018, arXiv:1808.09781) in plain PyTorch on the CPU, with the original's hyper-parameters.

Length 200 (shorter histories padded on the left), 50 channels, 2 blocks, 1 head, dropout .2, Adam with learning rate
1e-3 and betas (.9, .98), batch 128, binary cross-entropy with one random unseen negative per position.

The layout is that of the well-known PyTorch port (pmixer/SASRec.pytorch): the query alone is normalised and is what the
attention output is added to; a layer norm stands before the feed-forward part and one at the end. The point-wise
convolutions of kernel size 1 are written as linear layers, which is the same computation. As in the port, attention
does not mask padded places as keys.

To be a fair peer each part has a fast plain form (the README has the times): scaled dot-product attention with the
causal flag, which is faster than nn.MultiheadAttention, all sequences padded once before the first epoch, and
negatives drawn by vectorised numpy. An epoch visits every user once, in random order.

Each user's last event in --data is held out for validation. Prints one JSON line an epoch and a last one with
`epochSeconds` and `trainSeconds`; validation is not part of the seconds.
"""

import time
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from interactions import rank_unseen, read_interactions, write_recommendations
from peer import argument_parser, report

PADDING = 0  # items are shifted up by one inside the model


@dataclass
class Configuration:
    length: int = 200
    channels: int = 50
    blocks: int = 2
    heads: int = 1
    dropout: float = 0.2
    attention: str = "sdpa"


class ScaledDotProductAttention(nn.Module):
    """Causal attention through torch's fused function."""

    def __init__(self, configuration):
        super().__init__()
        self.heads, self.dropout = configuration.heads, configuration.dropout
        self.query, self.key, self.value, self.output = (
            nn.Linear(configuration.channels, configuration.channels) for _ in range(4)
        )
        for projection in (self.query, self.key, self.value, self.output):
            nn.init.zeros_(projection.bias)  # as nn.MultiheadAttention begins

    def forward(self, query, key_value):
        batch, length, channels = query.shape
        split = lambda x: x.view(batch, length, self.heads, channels // self.heads).transpose(1, 2)
        attended = F.scaled_dot_product_attention(
            split(self.query(query)),
            split(self.key(key_value)),
            split(self.value(key_value)),
            dropout_p=self.dropout if self.training else 0,
            is_causal=True,
        )
        return self.output(attended.transpose(1, 2).reshape(batch, length, channels))


class MultiheadAttention(nn.Module):
    """Causal attention through torch's module, as the port has it."""

    def __init__(self, configuration):
        super().__init__()
        self.attention = nn.MultiheadAttention(
            configuration.channels, configuration.heads, configuration.dropout, batch_first=True
        )

    def forward(self, query, key_value):
        length = query.shape[1]
        future = torch.ones(length, length, dtype=torch.bool).triu(1)
        return self.attention(query, key_value, key_value, attn_mask=future, need_weights=False)[0]


ATTENTIONS = {"sdpa": ScaledDotProductAttention, "mha": MultiheadAttention}


class Block(nn.Module):
    def __init__(self, configuration):
        super().__init__()
        channels, dropout = configuration.channels, configuration.dropout
        self.attention_norm = nn.LayerNorm(channels, eps=1e-8)
        self.attention = ATTENTIONS[configuration.attention](configuration)
        self.feed_forward_norm = nn.LayerNorm(channels, eps=1e-8)
        self.feed_forward = nn.Sequential(
            nn.Linear(channels, channels),
            nn.Dropout(dropout),
            nn.ReLU(),
            nn.Linear(channels, channels),
            nn.Dropout(dropout),
        )

    def forward(self, x):
        query = self.attention_norm(x)
        x = self.feed_forward_norm(query + self.attention(query, x))
        return x + self.feed_forward(x)


class SASRec(nn.Module):
    def __init__(self, item_count, configuration):
        super().__init__()
        channels = configuration.channels
        self.items = nn.Embedding(item_count + 1, channels, padding_idx=PADDING)
        self.positions = nn.Embedding(configuration.length, channels)
        self.dropout = nn.Dropout(configuration.dropout)
        self.blocks = nn.ModuleList(Block(configuration) for _ in range(configuration.blocks))
        self.norm = nn.LayerNorm(channels, eps=1e-8)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.xavier_normal_(parameter)
        with torch.no_grad():
            self.items.weight[PADDING] = 0

    def forward(self, sequences):
        """The state after each position: [B, length] items to [B, length, channels]."""
        x = self.items(sequences) * self.items.embedding_dim**0.5
        x = x + self.positions.weight[-sequences.shape[1] :]
        x = self.dropout(x)
        padding = (sequences == PADDING).unsqueeze(-1)
        x = x.masked_fill(padding, 0)
        for block in self.blocks:
            x = block(x).masked_fill(padding, 0)
        return self.norm(x)

    def loss(self, sequences, positives, negatives):
        real = positives != PADDING
        states = self(sequences)[real]
        positive_scores = (states * self.items(positives[real])).sum(-1)
        negative_scores = (states * self.items(negatives[real])).sum(-1)
        return F.softplus(-positive_scores).mean() + F.softplus(negative_scores).mean()


def padded(interactions, length):
    """The last `length` items of each user, shifted by one and padded on the left."""
    sequences = np.full((interactions.user_count, length), PADDING, dtype=np.int64)
    for user in range(interactions.user_count):
        recent = interactions.sequence(user)[-length:]
        if len(recent):
            sequences[user, -len(recent) :] = recent + 1
    return sequences


class TrainingData:
    """Batches of inputs, next items and negatives over the users who have a next item to predict."""

    BATCHES_SORTED_TOGETHER = 8

    def __init__(self, interactions, length, random, bucketed=False):
        sequences = padded(interactions, length + 1)
        self.users = np.flatnonzero(np.diff(interactions.starts) >= 2)
        self.inputs, self.positives = sequences[:, :-1].copy(), sequences[:, 1:].copy()
        self.positives[self.inputs == PADDING] = PADDING  # the first item follows nothing
        self.lengths = (self.positives != PADDING).sum(axis=1)
        self.item_count, self.random, self.bucketed = interactions.item_count, random, bucketed
        # One sorted number per (user, item) that occurs, to look a whole batch of negatives up at once.
        self.seen = np.unique(interactions.event_users * (self.item_count + 1) + interactions.items + 1)

    def batches(self, batch_size):
        order = self.random.permutation(self.users)
        if self.bucketed:
            together = batch_size * self.BATCHES_SORTED_TOGETHER
            chunks = [order[first : first + together] for first in range(0, len(order), together)]
            order = np.concatenate([chunk[np.argsort(self.lengths[chunk])] for chunk in chunks])
        for first in range(0, len(order), batch_size):
            users = order[first : first + batch_size]
            batch = self.inputs[users], self.positives[users], self.negatives(users)
            longest = self.lengths[users].max() if self.bucketed else self.inputs.shape[1]
            yield tuple(torch.from_numpy(array[:, -longest:]) for array in batch)

    def negatives(self, users):
        """One uniformly drawn item per position that the user never met; drawn anew where it was met."""
        drawn = self.random.integers(1, self.item_count + 1, size=(len(users), self.inputs.shape[1]))
        base = np.broadcast_to(users[:, None] * (self.item_count + 1), drawn.shape)
        open_places = self.positives[users] != PADDING
        while open_places.any():
            keys = base[open_places] + drawn[open_places]
            found = np.minimum(np.searchsorted(self.seen, keys), len(self.seen) - 1)
            met = self.seen[found] == keys
            open_places[open_places] = met
            drawn[open_places] = self.random.integers(1, self.item_count + 1, size=np.count_nonzero(met))
        return drawn


def train_epoch(model, optimizer, data, batch_size):
    """Returns the mean loss of the epoch's batches."""
    model.train()
    losses = []
    for sequences, positives, negatives in data.batches(batch_size):
        optimizer.zero_grad()
        loss = model.loss(sequences, positives, negatives)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return float(np.mean(losses))


@torch.inference_mode()
def rank(model, history, length, count):
    """Ranks the unseen items of every user by the state after the newest event."""
    model.eval()
    sequences = torch.from_numpy(padded(history, length))
    score_rows = lambda first, last: (model(sequences[first:last])[:, -1] @ model.items.weight[1:].T).numpy()
    return rank_unseen(score_rows, history.matrix(), count, batch_size=128)


def validate(model, history, held_out, length):
    """HR@10 and NDCG@10 over the whole catalogue, seen items left out."""
    users = held_out >= 0
    hits = rank(model, history, length, 10)[users] == held_out[users, None]
    return {
        "validationHitRate@10": round(float(hits.any(axis=1).mean()), 5),
        "validationNDCG@10": round(float((hits / np.log2(np.arange(2, 12))).sum(axis=1).mean()), 5),
    }


def main():
    parser = argument_parser(__doc__)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--length", type=int, default=200)
    parser.add_argument("--validate-every", type=int, default=0, help="epochs between validations (default: 0, never)")
    parser.add_argument("--attention", choices=list(ATTENTIONS), default="sdpa")
    parser.add_argument(
        "--bucket",
        action="store_true",
        help="for timing: batches of users with like lengths, cut to the longest, which saves most of the padding",
    )
    parser.add_argument("--compile", action="store_true", help="through torch.compile; needs a C++ compiler")
    arguments = parser.parse_args()

    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    history = read_interactions(arguments.data)
    training, held_out = history.without_last()
    configuration = Configuration(length=arguments.length, attention=arguments.attention)
    model = SASRec(history.item_count, configuration)
    if arguments.compile:
        model.compile()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, betas=(0.9, 0.98))
    data = TrainingData(training, arguments.length, np.random.default_rng(arguments.seed), arguments.bucket)

    epoch_seconds = []
    for epoch in range(1, arguments.epochs + 1):
        start = time.perf_counter()
        loss = train_epoch(model, optimizer, data, arguments.batch)
        epoch_seconds.append(round(time.perf_counter() - start, 4))
        due = arguments.validate_every and epoch % arguments.validate_every == 0
        metrics = validate(model, training, held_out, arguments.length) if due else {}
        report(epoch=epoch, seconds=epoch_seconds[-1], loss=round(loss, 5), **metrics)

    if arguments.recs:
        write_recommendations(arguments.recs, history, rank(model, history, arguments.length, arguments.top))
    report(
        model="sasrec",
        threads=arguments.threads,
        bucketed=arguments.bucket,
        users=history.user_count,
        items=history.item_count,
        events=len(training.items),
        epochSeconds=epoch_seconds,
        trainSeconds=round(sum(epoch_seconds), 4),
    )


if __name__ == "__main__":
    main()
