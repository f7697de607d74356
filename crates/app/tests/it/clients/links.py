"""Links, changes and unlinks with the vendor's client, and says what came of it: ADDRESS TOKEN."""

import sys
import time

from azure.core.credentials import AccessToken
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.mgmt.managementpartner import ACEProvisioningManagementPartnerAPI

address, token = sys.argv[1:]


class Credential:
    def get_token(self, *scopes, **options):
        return AccessToken(token, int(time.time()) + 3600)


client = ACEProvisioningManagementPartnerAPI(
    Credential(), base_url=address, credential_scopes=[address + "/.default"]
)


def said(what, act):
    try:
        link = act()
    except ResourceNotFoundError as error:
        print(f"{what}: {error.status_code} {error.error.code}, missing")
    except ResourceExistsError as error:
        print(f"{what}: {error.status_code} {error.error.code}, exists")
    except HttpResponseError as error:
        print(f"{what}: {error.status_code} {error.error.code}, refused")
    else:
        if link is None:
            print(f"{what}: done")
            return None
        assert link.name == link.partner_id and link.id.endswith(link.partner_id), link
        print(
            f"{what}: {link.partner_id} {link.partner_name} {link.state} {link.tenant_id} {link.object_id}"
            f" version {link.version} etag {link.etag}"
        )
        return link


said("nobody", lambda: client.partners.get())
said("update nothing", lambda: client.partner.update("100204"))
said("delete nothing", lambda: client.partner.delete("100204"))
said("create unknown", lambda: client.partner.create("123456"))
said("create global", lambda: client.partner.create("900010"))
first = said("create", lambda: client.partner.create("100204"))
said("create again", lambda: client.partner.create("100205"))
said("get", lambda: client.partner.get("100204"))
said("get another", lambda: client.partner.get("100205"))
said("get own", lambda: client.partners.get())
said("update", lambda: client.partner.update("100205"))
said("update unknown", lambda: client.partner.update("123456"))
said("delete", lambda: client.partner.delete("100205"))
said("get own", lambda: client.partners.get())
last = said("create after", lambda: client.partner.create("100204"))
print("created once:", str(first.created_time == last.created_time and first.updated_time < last.updated_time).lower())
print("operations:", *(operation.name.rsplit("/", 1)[1] for operation in client.operation.list()))
