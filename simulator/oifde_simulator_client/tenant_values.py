"""What a made tenant's object knows without asking."""

from __future__ import annotations

from oifde_simulator_client.models import MadeTenant


class TenantValues:
    """Id, URL and credentials of a tenant. Its repr shows no credential."""

    def __init__(self, made: MadeTenant, ca_file: str | None) -> None:
        self._made = made
        self._tenant = made.tenant_id
        self.tenant_id = made.tenant_id
        self.url = made.url
        """URL of the vendor's interface, such as `http://127.0.0.1:8443`."""
        self.recordings_url = made.recordings_url or made.url
        """URL for downloads of recordings: that of their own port, or the same as `url`."""
        self.auth_token = made.auth_token
        """Token that is accepted until the tenant is deleted."""
        self.app_key, self.app_secret = made.tenant_id, made.app_secret
        """Credentials for gettoken."""
        self.access_key = made.access_key
        """Access key for downloads of recordings; its secret key is `app_secret`."""
        self.ca_file = ca_file
        """PEM file with the certificate authority to trust; None with TLS off."""

    @property
    def credentials(self) -> dict[str, str]:
        """Fields that a query identifies itself with: `{"tenantId", "authToken"}`."""
        return {"tenantId": self.tenant_id, "authToken": self.auth_token}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.tenant_id!r} at {self.url}>"
