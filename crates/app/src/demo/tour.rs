//! What to try, in the words of the people who would ask.

/// Things to try: what somebody wants to know, and the command or the page that answers.
#[must_use]
pub fn tour() -> Vec<(String, String)> {
    let tour = [
        ("Program manager: where does everybody stand?", "counterfoil score show --as-of 2024-03-15"),
        (
            "Partner lead at Fjordlys Cloud: why 68.20 in Data & AI, when last month it was 77.73?",
            "counterfoil score explain --partner 5310010 --area data-ai --metric net-customer-adds --as-of 2024-03-15",
        ),
        (
            "Partner lead at Lumen Oak: 75 points, and still not qualified. What happened to deployments?",
            "/partners/5310050/designations/modern-work/metrics/deployments?as_of=2024-03-15",
        ),
        (
            "Consultant at Tallgrass: we hold roles in 23 customers' estates. Which are credited? (None: nobody linked.)",
            "counterfoil score explain --partner 5310060 --area data-ai --metric usage-growth --as-of 2024-03-15",
        ),
        (
            "Practice manager at Vantage Fold: who is missing for the Security gates?",
            "/partners/5310100/designations/security/metrics/intermediate-certifications?as_of=2024-03-15",
        ),
        ("Partner lead at Ostmark: 67.32 in Infrastructure. Which links carry the wrong ID?", "counterfoil doctor"),
        (
            "Program manager: which of the two tracks counts for Alder & Finch, and why not the higher one?",
            "/partners/5310110/designations/business-applications?as_of=2024-03-15",
        ),
        (
            "Auditor: was Vantage Fold qualified in Security on the last day of November?",
            "counterfoil score show --partner 5310100 --area security --as-of 2023-11-30",
        ),
    ];
    tour.into_iter().map(|(what, how)| (what.to_owned(), how.to_owned())).collect()
}
