// Placeholder until the pack exists.
