"""What schemathesis has to know of this API: modules to send, calls that would end the run, and what no answer may hold."""

import json
import os
from pathlib import Path

import schemathesis
from hypothesis import strategies as st

SETTINGS = json.loads(Path(os.environ["HOOKBOX_SCHEMA_SETTINGS"]).read_text())

# Texts that only the one tenant ever wrote; nobody else may see them.
CANARIES = SETTINGS["canaries"]

# Tokens and tenants that the run itself lives on.
SPARED = set(SETTINGS["spared"])

# How many calls of the API an identity has to get through to; fewer would mean that nothing was tried.
REACHED_LEAST = SETTINGS["reached_least"]

MODULE = Path(SETTINGS["module"]).read_bytes()

modules = st.one_of(
    st.just(MODULE),
    st.integers(0, len(MODULE)).map(lambda end: MODULE[:end]),
    st.tuples(st.integers(0, len(MODULE) - 1), st.integers(0, 255)).map(lambda at: damaged(*at)),
    st.binary(max_size=200),
)


def damaged(place, byte):
    return MODULE[:place] + bytes([byte]) + MODULE[place + 1 :]


schemathesis.openapi.media_type("application/wasm", modules)
schemathesis.openapi.media_type("application/octet-stream", modules)
schemathesis.openapi.media_type(
    "application/x-ndjson", st.lists(st.one_of(st.just(json.dumps(SETTINGS["event"])), st.text(max_size=50)), max_size=5).map(lambda lines: "\n".join(lines).encode())
)


@schemathesis.hook
def filter_case(ctx, case):
    """Leaves out what would take the ground from under the run: its own tokens, and the tenants themselves."""
    changes = case.method.upper() in ("DELETE", "PATCH", "POST")
    named = {str(value) for value in (case.path_parameters or {}).values()}
    return not (changes and named & SPARED)


@schemathesis.check
def nothing_of_another_tenant(ctx, response, case):
    """No answer holds a text that only the other tenant wrote."""
    said = response.content.decode("utf-8", "replace") + repr(dict(response.headers))
    sent = repr(case.as_transport_kwargs())
    for canary in CANARIES:
        if canary in said and canary not in sent:
            raise AssertionError(f"the answer holds '{canary}', which belongs to another tenant")


@schemathesis.check
class gets_somewhere:
    """Enough calls succeed; a run in which each is refused would hold nothing."""

    def __init__(self):
        self.reached = set()

    def after_response(self, ctx, response, case):
        if 200 <= response.status_code < 300:
            self.reached.add(case.operation.label)

    def after_run(self, ctx):
        if len(self.reached) < REACHED_LEAST:
            raise AssertionError(f"only {len(self.reached)} calls ever succeeded: {', '.join(sorted(self.reached))}")
