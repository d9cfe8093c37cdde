#!/bin/sh
# Scores the Dockerfile front end against recorded answers of BuildKit.
# Usage: scripts/conformance/parser.sh FOLDER     FOLDER holds parser/*.jsonl
set -eu
folder=${1:-${LESSON_CONFORMANCE:-}}
[ -n "$folder" ] || { echo "usage: $0 FOLDER" >&2; exit 2; }
folder=$(cd "$folder" && pwd)
cd "$(dirname "$0")/../.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
LESSON_CONFORMANCE="$folder" swift test --filter ParserConformanceTests >"$log" 2>&1 || status=$?
grep -E '^(score |parser: |words: |dockerignore|lint: )' "$log" || cat "$log"
exit "$status"
