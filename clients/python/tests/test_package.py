"""The package as a whole: its README, its synchronous half, its types and its wheel."""

import pathlib
import re
import subprocess
import sys
import sysconfig
import zipfile

import pytest

root = pathlib.Path(__file__).parent.parent


def run(*arguments, **options):
    return subprocess.run(list(map(str, arguments)), capture_output=True, text=True, timeout=120, **options)


def test_every_block_of_the_readme_runs(server, tmp_path, monkeypatch):
    pytest.importorskip("pandas", reason="pandas is not installed: pip install 'freshet[pandas]'.")
    monkeypatch.setenv("FRESHET_URL", server.url)
    monkeypatch.chdir(tmp_path)
    text = (root / "README.md").read_text()
    blocks = re.findall(r"```(\w*)\n(.*?)```", text, re.DOTALL)
    assert blocks and {kind for kind, _ in blocks} == {"python"}
    names = {}
    for _, code in blocks:
        code = code.replace("http://127.0.0.1:8090", server.url)
        exec(compile(code, "README.md", "exec"), names)


def test_the_synchronous_client_is_made_from_the_other():
    done = run(sys.executable, root / "tools" / "make_sync.py", "--check")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("tool", [["mypy"], ["ruff", "check", "."], ["ruff", "format", "--check", "."]])
def test_types_and_style(tool):
    pytest.importorskip(tool[0], reason=f"{tool[0]} is not installed: pip install 'freshet[test]'.")
    done = run(sys.executable, "-m", *tool, cwd=root)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_wheel_is_built_and_imported(tmp_path):
    """In a new environment that has of this one what the client needs, so that no index is asked."""
    pytest.importorskip("hatchling", reason="hatchling is not installed: pip install 'freshet[test]'.")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
    run(*pip, "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, root, check=True)
    (wheel,) = tmp_path.glob("freshet-*.whl")
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv", check=True)
    (packages,) = (tmp_path / "venv" / "lib").glob("python*/site-packages")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (packages / "needed.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    program = "import freshet, pathlib; folder = pathlib.Path(freshet.__file__).parent; print(folder)"
    python = tmp_path / "venv" / "bin" / "python"
    folder = run(python, "-c", program + "; assert (folder / 'py.typed').exists()", cwd=tmp_path, check=True).stdout
    assert str(packages) in folder
