#!/usr/bin/env python3
"""What checks cost after the build: an image of 1 GB in 20,000 files, all of its build in the cache.

    Benchmarks/checks/bench.py --lesson PATH-OF-THE-PROGRAM [--files 20000] [--megabytes 1000] [--times 9]

A check builds first, so the same build alone (`lesson docker build`, everything cached) is measured beside it: the
difference is what the checks take. Memory is the largest resident set of all processes of the command, for an image
of that size and for one of a tenth of it: it must not grow with the image's bytes.
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


def measure(arguments, folder, environment, times, good):
    """Median wall time in milliseconds, and the largest resident set in MiB."""
    spent = []
    for _ in range(times):
        before = time.perf_counter()
        done = subprocess.run(arguments, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        spent.append((time.perf_counter() - before) * 1000)
        if done.returncode not in good:
            sys.exit(f"{arguments} ended with {done.returncode}")
    return statistics.median(spent)


def peak(arguments, folder, environment):
    """The largest resident set of a command and its children, measured in a process of its own."""
    code = (
        "import resource, subprocess, sys;"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL);"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=folder, env=environment, capture_output=True)
    return int(done.stdout) / 1024


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--lesson", required=True)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--times", type=int, default=9)
    options = parser.parse_args()
    program = str(pathlib.Path(options.lesson).resolve())
    root = pathlib.Path(tempfile.mkdtemp(prefix="lesson-checks-"))
    try:
        environment = dict(os.environ, LESSON_HOME=str(root / "home"), NO_COLOR="1")
        (root / "large").mkdir()
        (root / "large" / "slides.md").write_text("# Large\n")
        (root / "large" / "lesson.yml").write_text(LESSON)
        for megabytes in (options.megabytes // 10, options.megabytes):
            work = root / f"work-{megabytes}"
            run = lambda *words: subprocess.run([program, *words], cwd=root, env=environment, check=True, capture_output=True)
            run("start", str(root / "large"), str(work))
            (work / "Dockerfile").write_text(dockerfile(options.files, megabytes))
            check, build = [program, "check"], [program, "docker", "build", "-q", "."]
            subprocess.run(check, cwd=work, env=environment, capture_output=True)
            checked = measure(check, work, environment, options.times, {0, 1})
            built = measure(build, work, environment, options.times, {0})
            print(
                f"{options.files} files, {megabytes} MB: check {checked:.0f} ms, the build alone {built:.0f} ms,"
                f" so the checks {checked - built:.0f} ms; at most {peak(check, work, environment):.0f} MiB"
            )
    finally:
        shutil.rmtree(root, ignore_errors=True)


main()
