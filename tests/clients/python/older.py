"""The hook calls of `auth0-python` 3: dictionaries as they are on the wire."""

from auth0.v3.authentication import GetToken
from auth0.v3.exceptions import Auth0Error
from auth0.v3.management.hooks import Hooks

Refused = Auth0Error


class Client:
    """Hooks under the names that `life.py` uses."""

    def __init__(self, domain, token=None, client_id=None, client_secret=None):
        if token is None:
            audience = f"https://{domain}/api/v2/"
            token = GetToken(domain).client_credentials(client_id, client_secret, audience)["access_token"]
        hooks = Hooks(domain, token)
        self.create = hooks.create
        self.get = hooks.get
        self.update = hooks.update
        self.remove = hooks.delete
        self.secrets = hooks.get_secrets
        self.add_secrets = hooks.add_secrets
        self.update_secrets = hooks.update_secrets
        self.remove_secrets = hooks.delete_secrets
        self._hooks = hooks

    def list(self):
        return self._hooks.all(enabled=None)

    def list_enabled(self):
        # What this client asks for if nothing is said: only hooks that are on.
        return self._hooks.all()
