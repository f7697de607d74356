//! Azure services, and which of them go together.

use super::dice::Dice;

/// A service with what its resources look like.
pub struct Service {
    /// The service's name in usage reports.
    pub name: &'static str,
    /// The resource type.
    pub kind: &'static str,
    /// How names of its resources begin.
    pub short: &'static str,
    /// The resource group that it is put in.
    pub group: &'static str,
    /// Its usual share of a bill.
    pub weight: f64,
}

/// What a customer uses Azure for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Databases, analytics, machine learning.
    Data,
    /// Web applications and their interfaces.
    Apps,
    /// Servers, networks, recovery.
    Servers,
    /// Mostly protection.
    Protection,
}

const fn service(name: &'static str, kind: &'static str, short: &'static str, group: &'static str, weight: f64) -> Service {
    Service { name, kind, short, group, weight }
}

const EVERYWHERE: [Service; 2] = [
    service("Virtual Machines", "microsoft.compute/virtualmachines", "vm", "prod", 22.0),
    service("Storage", "microsoft.storage/storageaccounts", "st", "shared", 9.0),
];

const OFTEN: [Service; 4] = [
    service("Azure Monitor", "microsoft.insights/components", "appi", "shared", 3.0),
    service("Key Vault", "microsoft.keyvault/vaults", "kv", "shared", 0.8),
    service("Backup", "microsoft.recoveryservices/vaults", "rsv", "shared", 4.0),
    service("Virtual Network", "microsoft.network/virtualnetworks", "vnet", "net", 2.0),
];

const DATA: [Service; 8] = [
    service("SQL Database", "microsoft.sql/servers", "sql", "data", 14.0),
    service("Azure Synapse Analytics", "microsoft.synapse/workspaces", "syn", "data", 18.0),
    service("Azure Databricks", "microsoft.databricks/workspaces", "dbw", "data", 16.0),
    service("Azure Data Factory v2", "microsoft.datafactory/factories", "adf", "data", 6.0),
    service("Azure Cosmos DB", "microsoft.documentdb/databaseaccounts", "cosmos", "data", 12.0),
    service("Power BI Embedded", "microsoft.powerbidedicated/capacities", "pbi", "data", 8.0),
    service("Event Hubs", "microsoft.eventhub/namespaces", "evhns", "data", 4.0),
    service("Azure Machine Learning", "microsoft.machinelearningservices/workspaces", "mlw", "data", 9.0),
];

const APPS: [Service; 8] = [
    service("Azure App Service", "microsoft.web/sites", "app", "prod", 16.0),
    service("Azure Kubernetes Service", "microsoft.containerservice/managedclusters", "aks", "prod", 18.0),
    service("API Management", "microsoft.apimanagement/service", "apim", "prod", 9.0),
    service("Functions", "microsoft.web/sites", "func", "prod", 4.0),
    service("Azure Cache for Redis", "microsoft.cache/redis", "redis", "prod", 7.0),
    service("Service Bus", "microsoft.servicebus/namespaces", "sbns", "prod", 3.0),
    service("Azure Database for PostgreSQL", "microsoft.dbforpostgresql/flexibleservers", "psql", "data", 11.0),
    service("Container Registry", "microsoft.containerregistry/registries", "cr", "shared", 2.0),
];

const SERVERS: [Service; 8] = [
    service("Virtual Machines Licenses", "microsoft.compute/virtualmachines", "vm", "prod", 8.0),
    service("Azure Site Recovery", "microsoft.recoveryservices/vaults", "asr", "shared", 5.0),
    service("VPN Gateway", "microsoft.network/virtualnetworkgateways", "vgw", "net", 4.0),
    service("ExpressRoute", "microsoft.network/expressroutecircuits", "erc", "net", 7.0),
    service("Azure NetApp Files", "microsoft.netapp/netappaccounts", "anf", "data", 14.0),
    service("Load Balancer", "microsoft.network/loadbalancers", "lb", "net", 2.0),
    service("Azure VMware Solution", "microsoft.avs/privateclouds", "avs", "prod", 20.0),
    service("Azure Bastion", "microsoft.network/bastionhosts", "bas", "net", 2.0),
];

const PROTECTION: [Service; 8] = [
    service("Sentinel", "microsoft.operationsmanagement/solutions", "sent", "sec", 34.0),
    service("Azure Firewall", "microsoft.network/azurefirewalls", "afw", "sec", 18.0),
    service("Application Gateway", "microsoft.network/applicationgateways", "agw", "net", 12.0),
    service("Security Center", "microsoft.security/pricings", "def", "sec", 10.0),
    service("Azure DDOS Protection", "microsoft.network/ddosprotectionplans", "ddos", "sec", 6.0),
    service("Azure Front Door Service", "microsoft.cdn/profiles", "afd", "net", 8.0),
    service("Network Watcher", "microsoft.network/networkwatchers", "nw", "net", 1.0),
    service("Azure Active Directory Domain Services", "microsoft.aad/domainservices", "aadds", "sec", 5.0),
];

impl Profile {
    /// The services of a customer: a few that everybody has, and some of the profile's own.
    pub fn services(self, dice: &mut Dice) -> Vec<&'static Service> {
        let mut services: Vec<&'static Service> = EVERYWHERE.iter().collect();
        services.push(dice.pick(&OFTEN));
        let (own, count): (&'static [Service; 8], i32) = match self {
            Self::Data => (&DATA, dice.range(2, 4)),
            Self::Apps => (&APPS, dice.range(2, 4)),
            Self::Servers => (&SERVERS, dice.range(2, 4)),
            Self::Protection => (&PROTECTION, dice.range(4, 5)),
        };
        let mut order: Vec<&'static Service> = own.iter().collect();
        dice.shuffle(&mut order);
        services.extend(order.into_iter().take(usize::try_from(count).unwrap_or(2)));
        services
    }
}
