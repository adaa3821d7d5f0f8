"""Python classes of proto/hark/v1 and of gRPC's own health and reflection services, generated once for a test run.

    from support import protos
    protos.message_pb2.InboundMessage, protos.channel_service_pb2_grpc.ChannelServiceStub ...
"""
import atexit
import importlib
import pathlib
import shutil
import sys
import tempfile

import grpc_tools
from grpc_tools import protoc

ROOT = pathlib.Path(__file__).resolve().parents[2]
_OUT = pathlib.Path(tempfile.mkdtemp(prefix="hark-protos-"))
atexit.register(shutil.rmtree, _OUT, ignore_errors=True)


def _generate(include):
    files = [str(path.relative_to(include)) for path in sorted(include.rglob("*.proto"))]
    well_known = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    arguments = ["protoc", f"-I{include}", f"-I{well_known}", f"--python_out={_OUT}", f"--grpc_python_out={_OUT}", *files]
    if protoc.main(arguments) != 0:
        raise RuntimeError(f"the contracts in {include} do not compile")


_generate(ROOT / "proto")
# The generated modules of gRPC's own services would hide the package `grpc` itself, so they go by another name.
_own = _OUT / "own"
for _source in sorted((ROOT / "tests/support/proto").rglob("*.proto")):
    _target = _own / ("grpc_" + _source.name)
    _target.parent.mkdir(exist_ok=True)
    shutil.copy(_source, _target)
_generate(_own)
sys.path.insert(0, str(_OUT))

for _path in sorted((_OUT / "hark/v1").glob("*_pb2*.py")):
    globals()[_path.stem] = importlib.import_module(f"hark.v1.{_path.stem}")
status_pb2 = importlib.import_module("google.rpc.status_pb2")
for _name in ("grpc_health_pb2", "grpc_health_pb2_grpc", "grpc_reflection_pb2", "grpc_reflection_pb2_grpc"):
    globals()[_name] = importlib.import_module(_name)


def reason_of(error):
    """The name of hark.v1.Reason in a grpc.RpcError, without its prefix; '' if it carries none."""
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            detail = globals()["error_pb2"].ErrorDetail()
            for one in status_pb2.Status.FromString(value).details:
                if one.Unpack(detail):
                    return globals()["error_pb2"].Reason.Name(detail.reason).removeprefix("REASON_")
    return ""
