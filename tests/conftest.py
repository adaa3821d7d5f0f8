"""What every test of the whole has at hand."""
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from support import hark as hark_process  # noqa: E402
from support.agent import Agent  # noqa: E402
from support.mail import Sink  # noqa: E402


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    report = (yield).get_result()
    process = item.funcargs.get("hark")
    if report.failed and process is not None:
        report.sections.append(("the end of hark's log", process.tail()))


@pytest.fixture(scope="module")
def sink():
    one = Sink()
    yield one
    one.close()


hark = hark_process.running()


@pytest.fixture
def agent(hark):
    one = Agent(hark, "ana")
    yield one
    one.leave()
