// Links, changes and unlinks with the vendor's client, and says what came of it: ADDRESS TOKEN.

const { createRequire } = require("node:module");
const { ACEProvisioningManagementPartnerAPI } = createRequire(`${process.env.CLIENTS_NODE}/`)("@azure/arm-managementpartner");

const [address, token] = process.argv.slice(2);
const credential = { getToken: async () => ({ token, expiresOnTimestamp: Date.now() + 3_600_000 }) };
const client = new ACEProvisioningManagementPartnerAPI(credential, { endpoint: address });

const KINDS = { 404: "missing", 409: "exists" };

async function said(what, act) {
  let link;
  try {
    link = await act();
  } catch (error) {
    if (error.name !== "RestError") throw error;
    console.log(`${what}: ${error.statusCode} ${error.code}, ${KINDS[error.statusCode] ?? "refused"}`);
    return undefined;
  }
  if (link === undefined || link.partnerId === undefined) {
    console.log(`${what}: done`);
    return undefined;
  }
  const { partnerId, partnerName, state, tenantId, objectId, version, etag } = link;
  console.log(`${what}: ${partnerId} ${partnerName} ${state} ${tenantId} ${objectId} version ${version} etag ${etag}`);
  return link;
}

async function main() {
  await said("nobody", () => client.partners.get());
  await said("update nothing", () => client.partner.update("100204"));
  await said("delete nothing", () => client.partner.delete("100204"));
  await said("create unknown", () => client.partner.create("123456"));
  await said("create global", () => client.partner.create("900010"));
  const first = await said("create", () => client.partner.create("100204"));
  await said("create again", () => client.partner.create("100205"));
  await said("get", () => client.partner.get("100204"));
  await said("get another", () => client.partner.get("100205"));
  await said("get own", () => client.partners.get());
  await said("update", () => client.partner.update("100205"));
  await said("update unknown", () => client.partner.update("123456"));
  await said("delete", () => client.partner.delete("100205"));
  await said("get own", () => client.partners.get());
  const last = await said("create after", () => client.partner.create("100204"));
  console.log(`created once: ${+first.createdTime === +last.createdTime && first.updatedTime < last.updatedTime}`);
  const names = [];
  for await (const operation of client.operation.list()) names.push(operation.name.split("/").pop());
  console.log(`operations: ${names.join(" ")}`);
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
