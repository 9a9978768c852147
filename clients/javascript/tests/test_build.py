"""What is handed out is made from the source, small, and knows every field of the operations that it covers."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).parent.parent
LIMIT = 5 * 1024


def test_each_build_is_small():
    for path in (ROOT / "dist").iterdir():
        assert path.stat().st_size <= LIMIT, path


def test_the_builds_are_made_from_the_source():
    checked = subprocess.run([sys.executable, ROOT / "tools/minify.py", "--check"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_the_module_exports_what_the_script_sets(browser, origin):
    assert browser.run(f"import('{origin}/freshet.min.mjs').then(it => Object.keys(it).sort())") == ["Freshet", "FreshetError"]
    assert browser.run("[typeof Freshet, typeof FreshetError]") == ["function", "function"]


def interface(name):
    """The fields that the type declarations give an interface and those it extends."""
    text = (ROOT / "src/freshet.d.ts").read_text()
    parent, body = re.search(rf"interface {name}(?: extends (\w+))? \{{(.*?)\}}", text, re.S).groups()
    fields = set(re.findall(r"(?:^|[;{\s])(\w+)\??:", body))
    return fields | (interface(parent) if parent else set())


def test_the_declarations_have_every_field_of_the_document(server):
    document = server.ask("/openapi.json")
    schemas = {name: set(schema.get("properties", {})) for name, schema in document["components"]["schemas"].items()}
    assert interface("FreshetEvent") == schemas["Event"]
    assert interface("RecommendationQuestion") == schemas["RecommendationRequest"]
    assert interface("SearchQuestion") == schemas["SearchRequest"] - {"query"}
    assert interface("Recommendation") == schemas["Recommendation"]
    assert interface("ItemList") == schemas["ItemList"]
    assert interface("RecommendedItem") == schemas["RecommendedItem"]
    similar = document["paths"]["/v1/items/{id}/similar"]["get"]["parameters"]
    assert interface("SimilarQuestion") == {one["name"] for one in similar} - {"id"}


def test_every_field_reaches_the_server(browser, server):
    """The server refuses fields that it does not know, and the recorder finds those that did not get there."""
    document = server.ask("/openapi.json")
    schemas = document["components"]["schemas"]
    browser.start("consent: true, questions: 'http://recorder'")
    browser.run("window.sent = []; window.fetch = (url, it) => (sent.push([url, it.body]), Promise.resolve(new Response('{}')))")
    for call, name in (("shop.recommend(all)", "RecommendationRequest"), ("shop.search('x', all)", "SearchRequest")):
        fields = {field: 1 for field in schemas[name]["properties"] if field != "query"}
        browser.run(f"(async () => {{ const all = {fields}; await {call} }})()")
        assert set(browser.run("Object.keys(JSON.parse(sent.at(-1)[1]))")) == set(schemas[name]["properties"])
    fields = {one["name"]: "1" for one in document["paths"]["/v1/items/{id}/similar"]["get"]["parameters"] if one["in"] == "query"}
    browser.run(f"shop.similar('a', {fields})")
    assert set(browser.run("[...new URL(sent.at(-1)[0]).searchParams.keys()]")) == set(fields)
    event = {field: 1 for field in schemas["Event"]["properties"]}
    browser.run(f"shop.send({event}); shop.flush()")
    browser.wait("sent.at(-1)[0].endsWith('/events')")
    assert set(browser.run("Object.keys(JSON.parse(sent.at(-1)[1])[0])")) == set(event)
