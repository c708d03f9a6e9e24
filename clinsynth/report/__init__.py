"""Reports: estimates and findings as one HTML file, its JSON twin and a data set card."""
