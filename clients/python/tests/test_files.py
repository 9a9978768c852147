"""Files that the command writes, as arrays and tables."""

import subprocess
import sys

import pytest

from freshet import Client, Event, models

np = pytest.importorskip("numpy", reason="numpy is not installed: pip install 'freshet[numpy]'.")


def command(*arguments):
    subprocess.run([*map(str, arguments), "--quiet"], check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def snapshot(binary, tmp_path_factory):
    folder = tmp_path_factory.mktemp("snapshot")
    lines = [f"u{user}\ti{item}\t{1_700_000_000 + user + item}" for user in range(20) for item in range(user % 5, 9)]
    (folder / "events.tsv").write_text("user\titem\ttime\n" + "\n".join(lines) + "\n")
    train = [binary, "train", "--data", folder / "events.tsv", "--model", "matrix-factorization"]
    command(*train, "--set", "factors=4", "--output", folder / "model")
    return folder / "model"


def test_vectors_of_a_snapshot(snapshot):
    from freshet.snapshots import DamagedFile, read_vectors

    items = read_vectors(snapshot)["items"]
    assert items.array.shape == (9, 4) and items.array.dtype == np.float32
    assert sorted(items.ids) == [f"i{item}" for item in range(9)]
    assert np.isfinite(items.array).all() and items.array.any()
    alone = read_vectors(snapshot / "weights.safetensors")["items"]
    assert alone.ids is None and (alone.array == items.array).all()
    content = bytearray((snapshot / "weights.safetensors").read_bytes())
    content[-1] ^= 1
    (snapshot / "weights.safetensors").write_bytes(content)
    with pytest.raises(DamagedFile, match="weights.safetensors"):
        read_vectors(snapshot)


def test_safetensors_by_hand(tmp_path):
    from freshet.snapshots import read_safetensors

    header = b'{"__metadata__":{"a":"b"},"x":{"dtype":"BF16","shape":[1,2],"data_offsets":[0,4]}}'
    (tmp_path / "x.safetensors").write_bytes(len(header).to_bytes(8, "little") + header + b"\x80\x3f\x00\xc0")
    arrays, texts = read_safetensors(tmp_path / "x.safetensors")
    assert arrays["x"].tolist() == [[1.0, -2.0]] and texts == {"a": "b"}


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_feedback_and_events_as_tables(binary, own_server, tmp_path, form):
    pytest.importorskip("pandas", reason="pandas is not installed: pip install 'freshet[pandas]'.")
    from freshet.tables import read_events, read_feedback

    with Client(own_server.url) as client:
        client.send_events([Event(user=user, item=f"00{item}") for user in "abc" for item in range(3)])
        shown = client.recommend(user="d", count=2)
        click = Event(user="d", item=shown.items[0].id, type="click", recommendation_id=shown.recommendation_id)
        client.send_events([click])
    own_server.stop()
    export = [binary, "export", "--data", own_server.folder / "data", "--format", form, "--output", tmp_path / "out"]
    command(*export)
    feedback = read_feedback(tmp_path / "out" / f"feedback.{form}")
    assert list(feedback["item"]) == [item.id for item in shown.items]
    assert feedback["time"].dt.year.iloc[0] >= 2023 and str(feedback["time"].dt.tz) == "UTC"
    events = read_events(tmp_path / "out" / f"events.{form}")
    assert len(events) == 10 and set(events["item"]) == {"000", "001", "002"}


def test_figures_as_a_table():
    pytest.importorskip("pandas", reason="pandas is not installed: pip install 'freshet[pandas]'.")
    from freshet.tables import feedback_frame

    row = models.FeedbackRow({"version": "1.0"}, served=4, seen=4, clicks=1, conversions=0, assisted_conversions=0)
    row.ctr = models.Rate(value=0.25, low=0.1, high=0.5)
    (figures,) = feedback_frame(models.Feedback([row])).to_dict("records")
    assert (figures["version"], figures["clicks"]) == ("1.0", 1)
    assert (figures["ctr"], figures["ctr_low"], figures["ctr_high"]) == (0.25, 0.1, 0.5)


def test_without_numpy_the_client_is_whole():
    program = "import sys; import freshet; assert 'numpy' not in sys.modules and 'pandas' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
