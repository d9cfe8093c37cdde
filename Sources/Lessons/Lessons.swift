// Lessons: see docs/architecture.md.
