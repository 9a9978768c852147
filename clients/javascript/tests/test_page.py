"""A page sees, sends and asks, in a real browser against a real server."""

import time


def watch_near(browser, user):
    """A watched element under an answer's id, as `user`; the id."""
    browser.run(f"shop.signIn('{user}')")
    return browser.run(
        "(async () => { const answer = await shop.recommend({count: 3}); window.answer = answer;"
        " shop.watch(near, 'mug', answer.recommendation_id); shop.watch(far, 'cup', answer.recommendation_id);"
        " return answer.recommendation_id })()"
    )


def types(server, user):
    return sorted(event["type"] for event in server.history(user))


def eventually(check, seconds=20):
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_what_is_seen_and_clicked_is_sent_and_changes_the_next_answer(browser, server):
    server.ask("/v1/items", [{"id": id, "title": f"Blue {id}"} for id in ("mug", "cup", "kettle", "pan")])
    others = [{"user": f"u{n}", "item": item} for n in range(8) for item in ("cup", "kettle", "mug", "pan")[: 2 + n % 3]]
    server.ask("/v1/events", others)
    browser.run("window.sent = []; const real = fetch; window.fetch = async (url, it) => { const answer = await real(url, it);"
                " if (url.endsWith('/events')) sent.push([it.body, answer.clone().json()]); return answer }; 1")
    browser.start()
    assert watch_near(browser, "ann")
    first = browser.run("answer.items.map(item => item.id).sort()")
    browser.click("#near")
    browser.wait("shop.waiting == 0")
    assert types(server, "ann") == ["click"]
    # An answer's id that the server did not know would bring a warning.
    browser.wait("sent.some(([body]) => body.includes('seen'))")
    assert browser.run("Promise.all(sent.map(async ([body, answer]) => (await answer).warnings ?? null))") == [None, None]
    assert browser.run("shop.send({type: 'purchase', item: answer.items[0].id, recommendation_id: answer.recommendation_id})")
    browser.wait("shop.waiting == 0")
    bought = browser.run("answer.items[0].id")
    after = browser.run("shop.recommend({count: 3}).then(answer => answer.items.map(item => item.id))")
    assert bought in first and bought not in after
    assert not browser.console


def test_seen_is_said_once_and_only_of_what_was_on_the_screen(browser):
    browser.start("consent: true, interval: 60000")
    watch_near(browser, "eve")
    time.sleep(0.6)
    assert browser.run("shop.waiting") == 0
    browser.wait("shop.waiting == 1")
    browser.run("shop.watch(near, 'mug', answer.recommendation_id)")
    time.sleep(1.4)
    seen = browser.run("JSON.parse(localStorage['freshet.queue'])")
    assert [(event["type"], event["items"], event["user"]) for event in seen] == [("seen", ["mug"], "eve")]
    assert seen[0]["recommendation_id"] == browser.run("answer.recommendation_id")
    browser.run("far.scrollIntoView()")
    browser.wait("shop.waiting == 2")


def test_questions_find_what_they_ask_for(browser, server):
    server.ask("/v1/items", [{"id": "a/b", "title": "Green teapot"}, {"id": "pot", "title": "Green teapot, large"}])
    browser.start()
    assert browser.run("shop.search('teapot').then(answer => answer.items.map(item => item.id).sort())") == ["a/b", "pot"]
    similar = browser.run("shop.similar('a/b', {count: 1, fields: 'title'}).then(answer => answer.items)")
    assert [(item["id"], item["title"]) for item in similar] == [("pot", "Green teapot, large")]


def test_a_killed_server_loses_nothing_and_counts_nothing_twice(browser, server, origin):
    browser.start()
    browser.run("shop.signIn('kim')")
    browser.run("for (let n = 0; n < 20; n++) shop.send({type: 'view', item: 'k' + n}); shop.flush()")
    server.kill()
    browser.run("for (let n = 20; n < 40; n++) shop.send({type: 'view', item: 'k' + n})")
    waiting = browser.run("localStorage['freshet.queue']")
    time.sleep(0.3)
    browser.open(origin)
    browser.start()
    assert browser.run("shop.waiting") >= 20
    server.start()
    browser.wait("shop.waiting == 0", 30)
    assert sorted(event["item"] for event in server.history("kim")) == sorted(f"k{n}" for n in range(40))
    # As if the answers had been lost: the same events once more.
    browser.run(f"localStorage['freshet.queue'] = {waiting!r}; shop.flush()")
    browser.wait("shop.waiting == 0")
    assert len(server.history("kim")) == 40


def test_what_waits_is_sent_when_the_page_goes(browser, server):
    browser.start("consent: true, interval: 60000")
    browser.run("shop.signIn('leo'); shop.send({type: 'view', item: 'late'})")
    browser.call("Page.navigate", url="about:blank")
    eventually(lambda: [event["item"] for event in server.history("leo")] == ["late"])


def test_a_refused_event_does_not_hold_up_the_others(browser, server):
    browser.start()
    browser.run("shop.signIn('max'); shop.send({item: 'good'}); shop.send({item: 'bad', colour: 'red'}); shop.send({item: 'fine'})")
    browser.wait("shop.waiting == 0")
    assert sorted(event["item"] for event in server.history("max")) == ["fine", "good"]
    assert "colour" in " ".join(browser.console)


def test_nothing_is_stored_or_sent_without_consent(browser):
    browser.start("consent: false")
    assert browser.run("shop.send({item: 'mug'})") is False
    assert browser.run("[shop.user ?? null, shop.visitor ?? null, localStorage.length]") == [None, None, 0]
    assert browser.run("shop.allow(true); shop.visitor").startswith("visitor-")
    assert browser.run("shop.user == shop.visitor")
    browser.run("shop.send({item: 'mug'}); shop.allow(false)")
    assert browser.run("localStorage.length") == 0


def test_who_signs_out_is_nobody_that_was_known(browser):
    browser.start()
    before = browser.run("shop.visitor")
    assert browser.run("shop.signIn('account'); shop.user") == "account"
    assert browser.run("shop.signOut(); shop.user") not in ("account", before)


def test_the_queue_is_bounded(browser):
    browser.start("consent: true, interval: 60000, capacity: 3")
    assert browser.run("[1, 2, 3, 4].map(n => shop.send({item: 'mug' + n}))") == [True, True, True, False]
    assert browser.run("shop.waiting") == 3


def test_a_key_without_rights_is_said_clearly_and_events_wait(browser, server):
    browser.start(f"consent: true, key: '{server.keys['read']}'")
    browser.run("shop.send({item: 'mug'})")
    browser.wait("window.shop && true")
    end = time.monotonic() + 20
    while not browser.console and time.monotonic() < end:
        browser.run("1")
        time.sleep(0.05)
    assert 'Give the client a key with the right "events"' in browser.console[0] and "403" in browser.console[0]
    assert browser.run("shop.waiting") == 1
    browser.run("localStorage.clear()")
    asked = browser.run(
        f"new Freshet({{url: '{server.url}', key: '{server.keys['events']}'}}).recommend().catch(error => error.status)"
    )
    assert asked == 403
