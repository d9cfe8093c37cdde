// Grading: see docs/architecture.md.
