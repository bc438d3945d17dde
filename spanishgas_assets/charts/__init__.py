"""Every picture of the platform, as SVG: small ones for asset metadata, larger ones for reports."""
