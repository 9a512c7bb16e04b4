"""The column model: state, lanes, integration, daily update, budgets."""
