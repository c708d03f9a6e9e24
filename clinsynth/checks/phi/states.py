"""The states of the USA: what lies below them is PHI, they themselves are not."""

STATE_CODES = (
    "AL", "AK", "AZ", "AR", "CA", "CO", "CT", "DE", "DC", "FL", "GA", "HI", "ID", "IL", "IN", "IA", "KS", "KY", "LA",
    "ME", "MD", "MA", "MI", "MN", "MS", "MO", "MT", "NE", "NV", "NH", "NJ", "NM", "NY", "NC", "ND", "OH", "OK", "OR",
    "PA", "RI", "SC", "SD", "TN", "TX", "UT", "VT", "VA", "WA", "WV", "WI", "WY", "PR",
)  # fmt: skip
STATE_NAMES = (
    "Alabama", "Alaska", "Arizona", "Arkansas", "California", "Colorado", "Connecticut", "Delaware", "Florida",
    "Georgia", "Hawaii", "Idaho", "Illinois", "Indiana", "Iowa", "Kansas", "Kentucky", "Louisiana", "Maine", "Maryland",
    "Massachusetts", "Michigan", "Minnesota", "Mississippi", "Missouri", "Montana", "Nebraska", "Nevada",
    "New Hampshire", "New Jersey", "New Mexico", "New York", "North Carolina", "North Dakota", "Ohio", "Oklahoma",
    "Oregon", "Pennsylvania", "Rhode Island", "South Carolina", "South Dakota", "Tennessee", "Texas", "Utah", "Vermont",
    "Virginia", "Washington", "West Virginia", "Wisconsin", "Wyoming", "Puerto Rico",
)  # fmt: skip
# Above a state: never PHI, and often where somebody "lives in" or "is from".
COUNTRIES = (
    "United States", "United Kingdom", "America", "Canada", "Mexico", "China", "India", "Japan", "Korea", "Vietnam",
    "Philippines", "Germany", "France", "Italy", "Spain", "England", "Ireland", "Scotland", "Poland", "Russia",
    "Brazil", "Cuba", "Haiti", "Jamaica", "Guatemala", "Honduras", "Nigeria", "Ghana", "Kenya", "Ethiopia", "Egypt",
    "Iran", "Iraq", "Israel", "Pakistan", "Bangladesh", "Australia", "Europe", "Africa", "Asia", "Taiwan", "Thailand",
)  # fmt: skip
