"""Maps, time series, scatter plots, tables and the report."""
