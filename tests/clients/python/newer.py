"""The hook calls of `auth0-python` 6: generated from the API's description, with a type for every answer."""

from auth0.management import ManagementClient
from auth0.management.core.api_error import ApiError

Refused = ApiError

NAMES = {"triggerId": "trigger_id"}


class Client:
    """Hooks under the names that `life.py` uses."""

    def __init__(self, domain, **credentials):
        self._hooks = ManagementClient(domain=domain, **credentials).hooks

    def create(self, hook):
        return plain(self._hooks.create(**{NAMES.get(name, name): value for name, value in hook.items()}))

    def list(self):
        return [plain(hook) for hook in self._hooks.list()]

    def list_enabled(self):
        return [plain(hook) for hook in self._hooks.list(enabled=True)]

    def get(self, id):
        return plain(self._hooks.get(id))

    def update(self, id, change):
        return plain(self._hooks.update(id, **change))

    def remove(self, id):
        self._hooks.delete(id)

    def secrets(self, id):
        return plain(self._hooks.secrets.get(id))

    def add_secrets(self, id, secrets):
        self._hooks.secrets.create(id, request=secrets)

    def update_secrets(self, id, secrets):
        self._hooks.secrets.update(id, request=secrets)

    def remove_secrets(self, id, names):
        self._hooks.secrets.delete(id, request=names)


def plain(answer):
    """An answer as it was on the wire."""
    return answer if isinstance(answer, dict) else answer.model_dump(mode="json", by_alias=True, exclude_unset=True)
