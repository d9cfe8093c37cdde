// Replaced by the loader: see docs/architecture.md.
