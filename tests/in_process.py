"""The dashboard in the process of the test, with everything that the server is made of."""

from starlette.testclient import TestClient
from streamlit.runtime import Runtime

HERE = "http://127.0.0.1:8501"


def dashboard(**options) -> TestClient:
    """A client of dashboard.py, to be opened by `with`. Streamlit keeps the first runtime of a process for good, and
    would not start a second one after it."""
    Runtime._instance = None
    from dashboard import app

    return TestClient(app, base_url=HERE, **options)
