// Linux: see docs/architecture.md.
