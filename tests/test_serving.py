"""What the server sends, without a browser."""

import base64
import gzip
import hashlib
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import quote

import in_process
import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core.serving.bundle import Bundle, Translation, static_folder, translations
from pages.pieces import chart

ROOT = Path(__file__).parents[1]
HERE = "http://127.0.0.1:8501"


@pytest.fixture(scope="module")
def client(demo_store):
    """The dashboard on the demo store, in this process."""
    store = str(demo_store)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTY_STORE", store if "://" in store else f"sqlite:///{store}")
        with in_process.dashboard() as opened:
            yield opened


@pytest.fixture(scope="module")
def bundle():
    return Bundle(static_folder(), translations())


def run(websocket, query: str = "", page_hash: str = "", page_name: str = "") -> str:
    """One run of the script as a browser asks for it; everything that came back, as text."""
    message = BackMsg()
    message.rerun_script.query_string = query
    message.rerun_script.page_script_hash = page_hash
    message.rerun_script.page_name = page_name
    websocket.send_bytes(message.SerializeToString())
    received = []
    while True:
        forward = ForwardMsg()
        forward.ParseFromString(websocket.receive_bytes())
        received.append(forward)
        if forward.WhichOneof("type") == "script_finished":
            return "".join(map(str, received))


def stream(client: TestClient, host: str = "127.0.0.1"):
    return client.websocket_connect(f"ws://{host}/_stcore/stream", subprotocols=["streamlit"])


# --- headers


def test_every_answer_forbids_foreign_scripts_and_requests(client):
    for path in ("/", "/projects", "/_stcore/health", "/favicon.png", "/static/nothing.js"):
        rules = dict(
            rule.strip().split(" ", 1)
            for rule in client.get(path).headers["content-security-policy"].split(";")
        )
        assert rules["default-src"] == rules["connect-src"] == "'self'"
        assert "unsafe-inline" not in rules["script-src"]
        assert "'unsafe-eval'" not in rules["script-src"]
        assert rules["frame-ancestors"] == rules["object-src"] == "'none'"
        assert client.get(path).headers["x-content-type-options"] == "nosniff"


def test_the_policy_names_each_inline_script_of_the_page_that_is_served(client):
    answer = client.get("/")
    scripts = re.findall(r"<script>(.*?)</script>", answer.text, re.S)
    assert scripts
    for script in scripts:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]


def test_an_unknown_host_gets_nothing(client):
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert "COUNTY_HOSTS" in answer.text
    with pytest.raises(WebSocketDisconnect), stream(client, host="evil.example"):
        pytest.fail("the websocket opened")


def test_a_host_of_the_settings_is_known():
    from core.serving import middleware

    names = next(
        entry.kwargs["names"] for entry in middleware(["Kanban.County.local "]) if "names" in entry.kwargs
    )
    assert {"kanban.county.local", "127.0.0.1", "localhost"} <= names


# --- the start page and the files


@pytest.mark.parametrize("path", ["/", "/projects", "/nowhere"])
@pytest.mark.parametrize("accepts", ["gzip", "identity"])
def test_the_start_page_is_chinese_at_every_address(client, path, accepts):
    answer = client.get(path, headers={"accept-encoding": accepts})
    assert answer.status_code == 200
    assert '<html lang="zh-CN">' in answer.text
    assert "<title>方城县乡村振兴指挥看板</title>" in answer.text
    assert "Reading this without a browser" not in answer.text
    assert "SourceSans" not in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    again = client.get(path, headers={"accept-encoding": accepts, "if-none-match": answer.headers["etag"]})
    assert again.status_code == 304


def test_scripts_are_compressed_and_kept_for_a_year_under_their_edition(client, bundle):
    page = client.get("/").text
    script = re.search(r'src="\./(static/\w+/js/index\.[^"]+)"', page)[1]
    assert f"/{bundle.edition}/" in script
    small = client.get(f"/{script}", headers={"accept-encoding": "gzip"})
    plain = client.get(f"/{script}", headers={"accept-encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip"
    assert int(small.headers["content-length"]) < 160_000 < int(plain.headers["content-length"])
    assert small.content == plain.content == bundle.text(script.replace(f"{bundle.edition}/", "")).encode()
    assert small.headers["content-type"].startswith("text/javascript")
    assert "immutable" in small.headers["cache-control"]
    assert client.get(f"/{script.replace(bundle.edition + '/', '')}").headers["cache-control"] == "no-cache"


def test_the_charts_script_is_fetched_early_compressed_and_kept_for_ever(client):
    early = re.findall(r'<link rel="modulepreload" href="([^"]+)">', client.get("/").text)
    assert early == [chart.ADDRESS + path.name for path in sorted(chart.FOLDER.glob("*.js"))]
    for address in early:
        answer = client.get(address, headers={"accept-encoding": "gzip"})
        assert answer.content == (chart.FOLDER / address.rpartition("/")[2]).read_bytes()
        assert answer.headers["content-encoding"] == "gzip"
        assert answer.headers["content-type"].startswith("text/javascript")
        assert "immutable" in answer.headers["cache-control"]
    assert client.get(chart.ADDRESS + "nothing.js").status_code == 404


def test_another_translation_is_another_edition(bundle):
    other = Bundle(static_folder(), [*bundle.table, Translation("index.html", "a", "b")])
    assert other.edition != bundle.edition


def test_a_file_that_is_not_there_is_not_the_start_page(client):
    for path in ("/static/js/old.js", "/static/0123456789ab/js/old.js", "/static/%2e%2e/%2e%2e/starlette.py"):
        answer = client.get(path)
        assert answer.status_code in (400, 404)
        assert "<html" not in answer.text


def test_the_icon_is_ours(client):
    assert client.get("/favicon.png").content == (ROOT / "core" / "serving" / "favicon.png").read_bytes()


# --- translations


@pytest.mark.parametrize("file", sorted({entry.file for entry in translations()}))
def test_every_translation_fits_the_installed_streamlit(bundle, file):
    names = [
        path.relative_to(bundle.folder).as_posix() for path in bundle.folder.rglob("*") if path.is_file()
    ]
    [name] = [name for name in names if fnmatch(name, file)]
    bundle.text(name, strict=True)


def test_a_translation_says_it_no_longer_fits(tmp_path):
    (tmp_path / "index.html").write_text("one two two", encoding="utf-8")
    for entry in (Translation("index.html", "three", "三"), Translation("index.html", "two", "二")):
        with pytest.raises(Exception, match="stands"):
            Bundle(tmp_path, [entry]).text("index.html", strict=True)
    assert (
        Bundle(tmp_path, [Translation("index.html", "two", "二", 2)]).text("index.html", strict=True)
        == "one 二 二"
    )


@pytest.mark.parametrize("entry", translations(), ids=lambda entry: entry.text[:40])
def test_a_translation_keeps_the_script_whole(entry):
    """As many open quotes and braces as before; what the script puts in stays in its texts."""
    assert entry.text.count("`") % 2 == entry.served.count("`") % 2
    for opening, closing in ("{}", "()", "[]"):
        before = entry.text.count(opening) - entry.text.count(closing)
        assert entry.served.count(opening) - entry.served.count(closing) == before


def test_compression_is_the_same_every_time(bundle):
    assert gzip.decompress(bundle.asset("index.html").body).decode() == bundle.index()


# --- pages


def test_a_page_runs_over_the_websocket(client):
    with stream(client) as websocket:
        said = run(websocket)
    assert "FINISHED_SUCCESSFULLY" in said or "script_finished: FINISHED" in said
    assert "方城县乡村振兴指挥看板" in said


BROKEN = """
import sys
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
import dashboard
import streamlit as st
from starlette.testclient import TestClient
from test_serving import run, stream
app = st.App(Path({script!r}), on_script_error=dashboard.say_sorry)
with TestClient(app, base_url="http://127.0.0.1:8501") as client, stream(client) as websocket:
    print(run(websocket))
"""


def test_an_error_reaches_the_log_and_not_the_reader(tmp_path):
    script = tmp_path / "broken.py"
    script.write_text("raise ValueError('a secret of the program')\n", encoding="utf-8")
    code = BROKEN.format(root=str(ROOT), tests=str(ROOT / "tests"), script=str(script))
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "a secret of the program" not in done.stdout + done.stderr  # an error's words may be a villager's
    assert "alert {" in done.stdout
    assert "broken.py:1" in done.stderr
    (number,) = re.findall(r"failed (\d{6})$", done.stderr, re.M)
    assert number in done.stdout


FRESH = """
import sys
from pathlib import Path
import streamlit as st
from starlette.testclient import TestClient
sys.path.insert(0, {root!r})
sys.path.insert(0, {tests!r})
from test_serving import run, stream
from core.serving import middleware
app = st.App(Path({folder!r}) / "pages" / "shell" / "shell.py", middleware=middleware())
with TestClient(app, base_url="http://127.0.0.1:8501") as client, stream(client) as websocket:
    print(run(websocket, page_name="secret"))
"""


def test_the_first_request_to_a_fresh_server_runs_the_shell_before_any_page(tmp_path):
    """Streamlit with pages/ beside its script would run pages/secret.py alone (shared/streamlit.md 0.1)."""
    (tmp_path / "pages" / "shell").mkdir(parents=True)
    (tmp_path / "pages" / "topics").mkdir()
    for place in ("pages/secret.py", "pages/topics/secret.py", "pages/shell/secret.py"):
        (tmp_path / place).write_text("import streamlit as st\nst.write('SECRET')\n", encoding="utf-8")
    shell = "import streamlit as st\nst.write('SHELL')\nst.stop()\n"
    (tmp_path / "pages" / "shell" / "shell.py").write_text(shell, encoding="utf-8")
    code = FRESH.format(root=str(ROOT), tests=str(ROOT / "tests"), folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "SHELL" in done.stdout
    assert "SECRET" not in done.stdout


@pytest.mark.parametrize(
    "nonsense",
    [
        "zone=9",
        "zone=x",
        f"township={quote('卷桥镇')}",
        "as_of=yesterday",
        "as_of=2022-02-30",
        "zone=²",
    ],
)
def test_an_address_that_makes_no_sense_opens_the_county(client, nonsense):
    """The very page that opens without one: its address and every word."""

    def shown(query: str) -> list[str]:
        with stream(client) as websocket:
            said = run(websocket, query=query, page_name="monitoring")
        return re.findall(r'(?:body|query_string|label|alt|options): "(.*)"', said)

    county = shown("")
    assert "as_of=2022-08-31" in county
    assert len(county) > 20
    assert shown(nonsense) == county
    assert shown("zone=6") != county


def test_the_shell_is_alone_in_its_folder_and_no_script_stands_beside_pages():
    shell = ROOT / "pages" / "shell"
    assert [path.name for path in shell.glob("*.py") if path.name != "__init__.py"] == ["shell.py"]
    assert [path.name for path in (ROOT / "pages").glob("*.py") if path.name != "__init__.py"] == []


@pytest.mark.parametrize(
    "start",
    [
        ["-m", "streamlit", "run", "dashboard.py", "--server.port"],
        ["-m", "uvicorn", "dashboard:app", "--port"],
        [],
    ],
    ids=["streamlit", "uvicorn", "python"],
)
def test_it_starts_by_each_command(start, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = (
        [*start, port]
        if start
        else ["-c", f"import dashboard; dashboard.app.run(config={{'server.port': {port}}})"]
    )
    log = tmp_path / "log.txt"
    environment = {**os.environ, "COUNTY_STORE": f"sqlite:///{tmp_path / 'none.db'}"}
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        until = time.monotonic() + 40
        while True:
            try:
                page = urllib.request.urlopen(f"http://127.0.0.1:{port}/projects", timeout=5).read().decode()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > until:
                    pytest.fail(log.read_text(encoding="utf-8"))
                time.sleep(0.2)
    finally:
        process.terminate()
        process.wait(20)
    assert 'lang="zh-CN"' in page
    said = log.read_text(encoding="utf-8")
    assert "Traceback" not in said
    assert f"看板的地址：http://127.0.0.1:{port}" in said
    assert "You can now view" not in said


def test_what_streamlit_imports_of_authlib_warns_nobody_at_the_start():
    """Whatever else authlib deprecates is still told."""
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import core.serving.provider, authlib.jose; from authlib.deprecate import deprecate; deprecate('else')",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    assert "authlib.jose" not in said
    assert "else" in said
