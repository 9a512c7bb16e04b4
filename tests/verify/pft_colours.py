"""Colours of plant types in the pictures of the long checks, distinct as lines (Okabe and Ito)."""

COLOURS = {
    "DC3": "#F0E442",
    "NP": "#56B4E9",
    "LC": "#0072B2",
    "EHW": "#E69F00",
    "MHW": "#009E73",
    "LHW": "#CC79A7",
}
