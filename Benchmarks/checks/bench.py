#!/usr/bin/env python3
"""What looking at an image costs: 1 GB in 20,000 files, all of its build in the cache; and what is told before a build.

    Benchmarks/checks/bench.py --lesson PATH-OF-THE-PROGRAM [--files 20000] [--megabytes 1000] [--times 9] [--strict]

A check builds first, so the same build alone (`lesson docker build`, everything cached) is measured in turn with it: the
difference is what the checks take. Memory is the largest resident set of all processes of the command, for an image
of that size and for one of a tenth of it: it must not grow with the image's bytes. A mistake that the files alone show
is told by `lesson check` from its start to its end.
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

LESSON = """title: Large
images:
  - names: [busybox]
    make: {busybox: true}
exercises:
  - id: large
    base: busybox
    limits: {build: 10m, disk: 8G}
    checks:
      - {id: built, kind: builds, gate: true, required: true}
      - {id: only, kind: image_delta, allow: [{kind: elf, count: 1}], needs: built}
      - {id: bad, kind: forbidden_files, categories: [compilers, sources, caches, secrets], needs: built}
      - {id: base, kind: final_base, needs: built}
      - {id: stages, kind: stages, needs: built}
      - {id: small, kind: size, than: 10M, needs: built}
      - {id: layers, kind: layers, max: 1, needs: built}
      - {id: page, kind: file, path: /d/1/1, needs: built}
      - {id: made, kind: origin, path: /d/1/1, from: built, needs: built}
"""


def dockerfile(files, megabytes):
    size = megabytes * 1000 * 1000 // files
    return (
        "FROM busybox AS maker\n"
        f"RUN head -c {size} /dev/urandom > /piece; i=0; while [ $i -lt {files // 100} ]; do"
        " mkdir -p /d/$i; j=0; while [ $j -lt 100 ]; do cp /piece /d/$i/$j; j=$((j+1)); done; i=$((i+1)); done\n"
        "FROM busybox\nCOPY --from=maker /d /d\n"
    )


# What is told before any build, by the file and what is in it.
MISTAKES = {
    "a misspelt instruction": ("Dockerfile", b"FROM busybox\nCPOY x /x\n"),
    "a missing AS": ("Dockerfile", b"FROM busybox maker\nRUN true\n"),
    "spaces in --from": ("Dockerfile", b"FROM busybox AS a\nRUN true\nFROM busybox\nCOPY --from = a /x /x\n"),
    "an unknown stage": ("Dockerfile", b"FROM busybox AS maker\nRUN true\nFROM busybox\nCOPY --from=makr /x /x\n"),
    "a later stage": ("Dockerfile", b"FROM busybox AS a\nCOPY --from=b /x /x\nFROM busybox AS b\nRUN true\n"),
    "an en dash": ("Dockerfile", "FROM busybox AS a\nRUN true\nFROM busybox\nCOPY \u2013\u2013from=a /x /x\n".encode()),
    "UTF-16": ("Dockerfile", "FROM busybox\n".encode("utf-16")),
    "Dockerfile.txt": ("Dockerfile.txt", b"FROM busybox\n"),
}


def once(arguments, folder, environment, good):
    """Wall time in milliseconds."""
    before = time.perf_counter()
    done = subprocess.run(arguments, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    spent = (time.perf_counter() - before) * 1000
    if done.returncode not in good:
        sys.exit(f"{arguments} ended with {done.returncode}")
    return spent


def in_turn(commands, folder, environment, times):
    """The median of each command, of which the first turn is not counted."""
    turns = [[once(words, folder, environment, good) for words, good in commands] for _ in range(times + 1)]
    return [statistics.median(column) for column in zip(*turns[1:])]


def peak(arguments, folder, environment):
    """The largest resident set of a command and its children, measured in a process of its own."""
    code = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=folder, env=environment, capture_output=True)
    return int(done.stdout) / 1024


class Table:
    def __init__(self):
        self.missed = False

    def line(self, what, value, unit, bound=None, note=""):
        verdict = ""
        if bound is not None:
            verdict = "ok" if value <= bound else f"MISSED: {bound:.0f} {unit}"
            self.missed = self.missed or value > bound
        print(f"{what:<44} {value:8.1f} {unit:<4} {verdict:<16} {note}".rstrip(), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lesson", required=True)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--times", type=int, default=9)
    parser.add_argument("--strict", action="store_true", help="exit 1 when a bound is missed")
    options = parser.parse_args()
    program = str(pathlib.Path(options.lesson).resolve())
    root = pathlib.Path(tempfile.mkdtemp(prefix="lesson-checks-"))
    table, peaks = Table(), []
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.2f}; medians of {options.times}")
    try:
        environment = dict(os.environ, LESSON_HOME=str(root / "home"), NO_COLOR="1")
        (root / "large").mkdir()
        (root / "large" / "slides.md").write_text("# Large\n")
        (root / "large" / "lesson.yml").write_text(LESSON)
        run = lambda *words: subprocess.run([program, *words], cwd=root, env=environment, check=True, capture_output=True)
        # With a file for its id the build goes into the engine, where that of a check is: without, it would be answered
        # outside, by looking it up, and comparing the layers would be taken for a part of the checks.
        build = [program, "docker", "build", "-q", "--iidfile", str(root / "id"), "."]
        check, inspect = [program, "check"], [program, "inspect", "."]
        for megabytes in (options.megabytes // 10, options.megabytes):
            work = root / f"work-{megabytes}"
            run("start", str(root / "large"), str(work))
            (work / "Dockerfile").write_text(dockerfile(options.files, megabytes))
            subprocess.run(check, cwd=work, env=environment, capture_output=True)
            times = in_turn([(check, {0, 1}), (build, {0}), (inspect, {0})], work, environment, options.times)
            checked, built, inspected = times
            name = f"{options.files} files, {megabytes} MB"
            table.line(f"checks, {name}", checked - built, "ms", 100, f"check {checked:.0f}, the build alone {built:.0f}")
            table.line(f"inspect, {name}", inspected - built, "ms", None, f"inspect {inspected:.0f}, the build alone {built:.0f}")
            peaks.append(peak(check, work, environment))
        table.line(f"memory, {options.megabytes // 10} MB", peaks[0], "MiB")
        table.line(f"memory, {options.megabytes} MB", peaks[1], "MiB", peaks[0] * 1.1 + 4)
        work = root / "mistakes"
        run("start", str(root / "large"), str(work))
        for name, (file, text) in MISTAKES.items():
            (work / "Dockerfile").unlink(missing_ok=True)
            (work / file).write_bytes(text)
            (told,) = in_turn([(check, {1, 2})], work, environment, options.times)
            (work / file).unlink()
            table.line(f"told before a build: {name}", told, "ms", 100)
    finally:
        shutil.rmtree(root, ignore_errors=True)
    sys.exit(1 if table.missed and options.strict else 0)


main()
