"""SpanishGas: from a retailer's raw drops to scored customers and retention recommendations."""
