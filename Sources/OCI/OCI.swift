// OCI: see docs/architecture.md.
