//! The companies of the demo. All of them, their people and their customers are made up.

/// A partner company: its global account and its locations.
pub struct Company {
    /// The ID of the global account.
    pub global: &'static str,
    /// The company's name.
    pub name: &'static str,
    /// Its locations: partner ID, city, country.
    pub locations: &'static [(&'static str, &'static str, &'static str)],
}

impl Company {
    /// The partner ID of a location; counting goes round.
    pub fn location(&self, index: usize) -> &'static str {
        self.locations[index % self.locations.len()].0
    }
}

macro_rules! companies {
    ($( $(#[$doc:meta])* $ident:ident = $global:literal $name:literal [ $( $id:literal $city:literal $country:literal ),* ] )*) => {
        $( $(#[$doc])* pub const $ident: Company =
            Company { global: $global, name: $name, locations: &[ $( ($id, $city, $country) ),* ] }; )*
        /// Every company, in the order of IDs.
        pub const ALL: &[&Company] = &[ $( &$ident ),* ];
    };
}

companies! {
    /// 68.2 in Data & AI: a customer fell below 1,000 dollars a month.
    FJORDLYS = "5310010" "Fjordlys Cloud" ["6104211" "Oslo" "NO", "6104212" "Bergen" "NO", "6104213" "Gothenburg" "SE"]
    /// Two people short in Data & AI.
    HARROW = "5310020" "Harrow & Pike Data" ["6104221" "London" "GB", "6104222" "Leeds" "GB"]
    /// Infrastructure earned and enrolled; the renewal is due.
    KESTREL = "5310030" "Kestrel Ridge Systems"
        ["6104231" "Denver" "US", "6104232" "Austin" "US", "6104233" "Phoenix" "US", "6104234" "Seattle" "US"]
    /// Modern Work with small customers, sold through a distributor; enrolled.
    NORDVIK = "5310040" "Nordvik Managed Workplace" ["6104241" "Copenhagen" "DK", "6104242" "Aarhus" "DK"]
    /// Modern Work: a competitor took over four claims last month, so deployments fell to nothing.
    LUMEN = "5310050" "Lumen Oak Consulting" ["6104251" "Munich" "DE", "6104252" "Hamburg" "DE", "6104253" "Vienna" "AT"]
    /// Consultants work in the customers' tenants but never linked.
    TALLGRASS = "5310060" "Tallgrass IT Partners" ["6104261" "Toronto" "CA", "6104262" "Calgary" "CA"]
    /// Consultants linked, but their accounts hold no role.
    BRIGHTWATER = "5310070" "Brightwater Analytics" ["6104271" "Dublin" "IE"]
    /// Customers in the clouds of China and the US Government, where links give nothing.
    CAPITOL = "5310080" "Capitol Grove Systems" ["6104281" "Arlington" "US", "6104282" "Singapore" "SG"]
    /// The global ID stands where a location's ID belongs.
    OSTMARK = "5310090" "Ostmark Systemhaus" ["6104291" "Graz" "AT", "6104292" "Linz" "AT", "6104293" "Salzburg" "AT"]
    /// Security: the gates of December 2023 are not met.
    VANTAGE = "5310100" "Vantage Fold Security" ["6104301" "Sydney" "AU", "6104302" "Perth" "AU"]
    /// Business Applications, close to 70.
    ALDER = "5310110" "Alder & Finch Business Solutions" ["6104311" "Manchester" "GB", "6104312" "Boston" "US"]
    /// A distributor: tier 1 of many chains.
    CLOUDHARBOUR = "5310120" "Cloudharbour Distribution" ["6104321" "Rotterdam" "NL", "6104322" "Antwerp" "BE"]
}

/// A location that has closed, of [`HARROW`].
pub const CLOSED: (&str, &str, &str) = ("6104223", "Cardiff", "GB");
