"""`python3 life.py older|newer`: the whole life of two hooks and their secrets, each step as a line of JSON.

`HOOKBOX_DOMAIN` is where the daemon listens; `HOOKBOX_TOKEN`, or `HOOKBOX_CLIENT_ID` and `HOOKBOX_CLIENT_SECRET`, is who
calls.
"""

import importlib
import json
import os
import sys

module = importlib.import_module(sys.argv[1])
env = os.environ
if "HOOKBOX_TOKEN" in env:
    credentials = {"token": env["HOOKBOX_TOKEN"]}
else:
    credentials = {"client_id": env["HOOKBOX_CLIENT_ID"], "client_secret": env["HOOKBOX_CLIENT_SECRET"]}
hooks = module.Client(env["HOOKBOX_DOMAIN"], **credentials)


def say(step, answer):
    print(json.dumps({"step": step, "answer": answer}))


def refused(step, call, *arguments):
    try:
        call(*arguments)
    except module.Refused as error:
        told = any(words in str(error) for words in ["Hook does not exist", "already a hook"])
        say(step, {"status": error.status_code, "told": told})
        return
    say(step, "not refused")


body = {"name": "test-hook735", "script": "module.exports = 1", "triggerId": "post-change-password"}
one = hooks.create({**body, "dependencies": {"auth0": "2.30.0"}})
say("create", one)
two = hooks.create({**body, "name": "Second Hook", "enabled": False})
say("create another", two)
refused("create one of the same name", hooks.create, body)
say("list", hooks.list())
say("get", hooks.get(one["id"]))
say("update", hooks.update(one["id"], {"name": "renamed", "script": "module.exports = 2"}))
say("enable the other", hooks.update(two["id"], {"enabled": True}))
say("list what is enabled", [hook["name"] for hook in hooks.list_enabled()])
say("no secrets", hooks.secrets(one["id"]))
hooks.add_secrets(one["id"], {"KEY": "value-1", "OTHER": "value-2"})
say("secrets", hooks.secrets(one["id"]))
hooks.update_secrets(one["id"], {"KEY": "value-3"})
hooks.remove_secrets(one["id"], ["OTHER"])
say("secrets left", hooks.secrets(one["id"]))
hooks.remove(one["id"])
refused("get what is deleted", hooks.get, one["id"])
hooks.remove(two["id"])
say("list nothing", hooks.list())
