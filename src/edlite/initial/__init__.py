"""Cover, inventory and leaf area to patches and cohorts."""
