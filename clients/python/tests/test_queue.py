"""Events behind the back of the program: all of them, and each once."""

import asyncio
import subprocess
import sys
import threading
import time

import httpx

from freshet import AsyncClient, AsyncEventQueue, Client, Event, EventQueue, Retries

quick = Retries(count=1, deadline=2, first_wait=0.01, longest_wait=0.3)


def test_a_server_that_is_killed_meanwhile_has_every_event_once(own_server, tmp_path):
    with Client(own_server.url, retries=quick) as client:
        queue = EventQueue(client, str(tmp_path / "outbox.sqlite"), batch=20, interval=0.01)
        for number in range(700):
            queue.put(Event(user=f"u{number % 7}", item=f"i{number}"))
            if number == 200:
                own_server.kill()
            if number == 500:
                threading.Thread(target=own_server.start).start()
        assert queue.flush(30)
        figures = queue.close()
        assert (figures.sent, figures.rejected, figures.dropped, figures.waiting) == (700, 0, 0, 0)
        events = [event for user in range(7) for event in client.user_events(f"u{user}", limit=1000).events]
        assert sorted(event.item for event in events) == sorted(f"i{number}" for number in range(700))


def test_what_waits_in_a_file_is_sent_by_the_next_process(server, tmp_path):
    path = str(tmp_path / "outbox.sqlite")
    offline = Client("http://127.0.0.1:9", retries=Retries(count=0))
    queue = EventQueue(offline, path, patience=0.1)
    for number in range(3):
        queue.put(Event(user="offline", item=f"i{number}", time=1_700_000_000 + number))
    assert not queue.flush(0.1) and queue.last_error is not None
    assert queue.close().waiting == 3
    with Client(server.url) as client, EventQueue(client, path) as queue:
        assert queue.flush(10) and queue.figures.sent == 3
        assert {event.item for event in client.user_events("offline").events} == {"i0", "i1", "i2"}


def test_a_program_that_just_ends_sends_what_is_left(server):
    program = (
        "import sys, freshet\n"
        "queue = freshet.EventQueue(freshet.Client(sys.argv[1]), interval=60)\n"
        "queue.put(freshet.Event(user='exit', item='i'))\n"
    )
    subprocess.run([sys.executable, "-c", program, server.url], check=True, timeout=30)
    with Client(server.url) as client:
        assert [event.item for event in client.user_events("exit").events] == ["i"]


def test_a_full_queue_counts_what_it_drops():
    offline = Client("http://127.0.0.1:9", retries=Retries(count=0))
    queue = EventQueue(offline, capacity=2, patience=0)
    assert [queue.put(Event(user="a", item=str(number))) for number in range(4)] == [True, True, False, False]
    figures = queue.close()
    assert (figures.dropped, figures.waiting) == (2, 2)


def test_what_is_refused_does_not_hold_up_the_rest(server):
    with Client(server.url) as client, EventQueue(client, interval=60) as queue:
        queue.put(Event(user="mixed", item="x" * 1000))
        queue.put(Event(user="mixed", item="good"))
        assert queue.flush(10)
        queue.put(Event(user="mixed", item="y" * 1000))
        assert queue.flush(10)
        assert (queue.figures.sent, queue.figures.rejected) == (1, 2)
        assert [event.item[0] for event, _ in queue.rejections] == ["x", "y"]


def test_a_batch_that_is_too_long_is_halved():
    lengths = []

    def answer(request):
        count = request.content.count(b'"item"')
        lengths.append(count)
        if count > 3:
            return httpx.Response(413, text="too long")
        return httpx.Response(202, json={"accepted": count, "rejected": []})

    client = Client("http://small", transport=httpx.MockTransport(answer))
    with EventQueue(client, interval=60, batch=100) as queue:
        for number in range(10):
            queue.put(Event(user="a", item=str(number)))
        assert queue.flush(5) and queue.figures.sent == 10


def test_asyncio_queue(server, tmp_path):
    async def send():
        async with AsyncClient(server.url) as client:
            async with AsyncEventQueue(client, str(tmp_path / "outbox.sqlite"), batch=4, interval=0.01) as queue:
                for number in range(10):
                    queue.put(Event(user="task", item=f"i{number}"))
                end = time.monotonic() + 10
                while queue.figures.waiting and time.monotonic() < end:
                    await asyncio.sleep(0.01)
                queue.put(Event(user="task", item="last"))
            events = (await client.user_events("task")).events
            return {event.item for event in events}

    assert asyncio.run(send()) == {"last"} | {f"i{number}" for number in range(10)}
