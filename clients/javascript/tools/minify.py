"""Makes dist/ from src/freshet.js: a module, and a script that sets window.Freshet. `--check` only compares."""

import pathlib
import re
import sys

import rjsmin

ROOT = pathlib.Path(__file__).parent.parent
# Names of the source's own variables, and of properties that only it sees; none is a word of a message.
LOCAL = ["recommendationId", "isLeaving", "isAllowed", "watched", "reasons", "response", "newId", "element",
         "entries", "entry", "reason"]


def made() -> dict[str, str]:
    """The text of each file of dist/."""
    source = (ROOT / "src/freshet.js").read_text()
    # Private names are long for readers only. No string or property of the source contains a #name.
    names = sorted(set(re.findall(r"#([a-zA-Z]+)", source)))
    for number, name in enumerate(names):
        source = re.sub(rf"#{name}\b", f"#{chr(97 + number % 26)}{number // 26 or ''}", source)
    for number, name in enumerate(LOCAL):
        source = re.sub(rf"(?<![#.\w]){name}\b", f"${chr(97 + number)}", source)
    # The source ends every statement by a semicolon: no line's end stands for one, and before a brace none is needed.
    small = rjsmin.jsmin(source).replace("\n", "").replace(";}", "}")
    script = small.replace("export ", "")
    return {
        "freshet.min.mjs": small + "\n",
        "freshet.min.js": f"(()=>{{{script};window.Freshet=Freshet;window.FreshetError=FreshetError}})()\n",
    }


def main() -> int:
    wrong = []
    for name, text in made().items():
        path = ROOT / "dist" / name
        if "--check" in sys.argv:
            wrong += [name] if not path.exists() or path.read_text() != text else []
        else:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    if wrong:
        print(f"Not made from the source: {', '.join(wrong)}. Run python tools/minify.py.", file=sys.stderr)
    return len(wrong)


if __name__ == "__main__":
    sys.exit(main())
