#!/usr/bin/env python3
"""The engine's figures, beside Debian's BuildKit (docker.io), buildah and plain tools, all in one run.

    sudo Benchmarks/build/bench.py --lesson PROGRAM [--only none,line,...] [--runs 3] [--peers docker,buildah,chroot]
                                   [--base ARCHIVE] [--json FILE] [--strict]

README.md beside this folder says what each figure is and how to read the table.
"""
import argparse, os, shutil, signal, subprocess, sys, tempfile, traceback

import cases, report
from builders import Buildah, Chroot, Docker, Lesson

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--lesson', required=True, help='the program to measure')
    parser.add_argument('--runs', type=int, default=3, help='measured runs of each case (default 3)')
    parser.add_argument('--only', default=','.join(cases.PARTS), help='parts, of: ' + ', '.join(cases.PARTS))
    parser.add_argument('--peers', default='docker,buildah,chroot')
    parser.add_argument('--base', help='a `docker save` archive of the debian base, instead of making one')
    parser.add_argument('--json', help='write all values to a file')
    parser.add_argument('--strict', action='store_true', help='exit 1 when a bound is missed')
    options = parser.parse_args()
    unknown = set(options.only.split(',')) - set(cases.PARTS)
    if unknown: parser.error('no such part: ' + ', '.join(sorted(unknown)))
    if os.geteuid() != 0: parser.error('needs root: dockerd and the plain chroot do')
    return options


def base(lesson, work, given):
    """The base image as an archive: the same bytes for every builder."""
    archive = work + '/base.tar'
    if given:
        lesson.load(os.path.abspath(given))
    else:
        # Made as the lesson says, in the person's own store, so that the next run finds it.
        own = {**lesson.env}
        own.pop('LESSON_HOME')
        if 'LESSON_HOME' in os.environ: own['LESSON_HOME'] = os.environ['LESSON_HOME']
        subprocess.run([lesson.program, 'docker', 'pull', '-q', 'debian'], env=own, check=True, stdout=subprocess.DEVNULL)
        subprocess.run([lesson.program, 'docker', 'save', '-o', archive, 'debian'], env=own, check=True)
        lesson.load(archive)
    lesson.run('docker', 'tag', 'debian', 'bench-base')
    lesson.run('docker', 'save', '-o', archive, 'bench-base')
    return archive


def main():
    options = arguments()
    # Whatever ends us, the daemon and the work folder go too.
    for number in (signal.SIGTERM, signal.SIGHUP): signal.signal(number, lambda *_: sys.exit(130))
    work = tempfile.mkdtemp(prefix='lesson-bench.')
    os.chmod(work, 0o755)
    builders, figures, failed = [], [], []
    facts = report.machine(options.lesson)
    for name, value in facts.items(): print(f'{name + ":":11}{value}')
    print(f'{"runs:":11}{options.runs} of each, in turn, after one that is not counted; medians\n', flush=True)
    try:
        lesson = Lesson(os.path.abspath(options.lesson), ROOT + '/Lessons', work)
        archive = base(lesson, work, options.base)
        builders.append(lesson)
        wanted = options.only.split(',')
        peers = options.peers.split(',') if set(wanted) - {'start', 'memory', 'archive'} else []
        for name, make in (('docker', Docker), ('buildah', Buildah), ('chroot', Chroot)):
            if name not in peers: continue
            builders.append(make(work))
            builders[-1].load(archive)
        bench = cases.Bench(lesson, builders, work, options.runs, archive, ROOT)
        for part in wanted:
            try:
                for figure in cases.PARTS[part](bench):
                    figures.append(figure)
                    print('  '.join(cell for cell in figure.row() if cell), flush=True)
            except Exception as error:
                failed.append(part)
                print(f'{part}: could not be measured: {error}', flush=True)
                if not isinstance(error, RuntimeError): traceback.print_exc()
    finally:
        for builder in builders:
            try: builder.close()
            except Exception as error: print(f'{builder.name}: {error}', file=sys.stderr)
        # What a stopped daemon left mounted would keep the folder.
        with open('/proc/self/mountinfo') as mounts:
            points = [line.split()[4] for line in mounts if line.split()[4].startswith(work)]
        for point in reversed(points): subprocess.run(['umount', '-l', point])
        shutil.rmtree(work, ignore_errors=True)
        facts['load at the end'] = ' '.join(f'{value:.2f}' for value in os.getloadavg())
        if options.json: report.save(options.json, facts, figures)
    print('\n' + report.table(figures))
    print(f'\nload at the end: {facts["load at the end"]}')
    missed = [figure for figure in figures if not all(kept for _, kept in figure.bounds())]
    if failed: print('not measured: ' + ', '.join(failed))
    sys.exit(2 if failed else 1 if missed and options.strict else 0)


if __name__ == '__main__':
    main()
