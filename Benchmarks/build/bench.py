#!/usr/bin/env python3
"""Our engine beside Debian's BuildKit (docker.io) and buildah, in one run: medians and ratios.

    sudo Benchmarks/build/bench.py --lesson PATH [--runs 3] [--only cold,none,...] [--peers docker,buildah] [--json FILE]

Each case is run in turn by each builder (A B C A B C ...), so that a drift of the machine's speed falls on all alike.
The base is one archive, made by `lesson` and loaded into every builder; packages come through apt-cacher-ng on
loopback, warmed by a run that is not counted, so that no network is measured. Needs root for dockerd, which gets a
socket and a data folder of its own and is stopped at the end.
"""
import argparse, json, os, shutil, signal, statistics, subprocess, sys, tempfile, time, random

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument('--lesson', required=True)
parser.add_argument('--runs', type=int, default=3)
parser.add_argument('--only', default='none,line,true,files,gigabyte,stages,cold,start')
parser.add_argument('--peers', default='docker,buildah')
parser.add_argument('--json')
options = parser.parse_args()
options.lesson = os.path.abspath(options.lesson)
root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
work = tempfile.mkdtemp(prefix='lesson-bench.')
os.chmod(work, 0o755)
PROXY = 'http://127.0.0.1:3142'


def quiet(command, **more):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout.decode(errors='replace')[-2000:]}")
    return done.stdout


class Builder:
    name = ''
    def setup(self, archive): ...
    def build(self, context, dockerfile='Dockerfile', cache=True, network='host', proxy=False): ...
    def close(self): ...


class Lesson(Builder):
    name = 'lesson'
    def setup(self, archive):
        self.env = {**os.environ, 'LESSON_HOME': work + '/home', 'LESSON_PATH': root + '/Lessons'}
        quiet([options.lesson, 'docker', 'load', '-i', archive], env=self.env)
    def build(self, context, dockerfile='Dockerfile', cache=True, network='host', proxy=False):
        quiet([options.lesson, 'docker', 'build', '-t', 'bench', '-f', f'{context}/{dockerfile}', '--network', network]
              + ([] if cache else ['--no-cache']) + (['--build-arg', 'http_proxy=' + PROXY] if proxy else []) + [context], env=self.env)


class Docker(Builder):
    name = 'docker'
    def setup(self, archive):
        os.makedirs(work + '/docker')
        self.log = open(work + '/docker/log', 'wb')
        self.daemon = subprocess.Popen(['dockerd', '--iptables=false', '--ip6tables=false', '--bridge=none', '-H', f'unix://{work}/docker/sock',
            '--data-root', work + '/docker/data', '--exec-root', work + '/docker/exec', '--pidfile', work + '/docker/pid'], stdout=self.log, stderr=self.log)
        self.env = {**os.environ, 'DOCKER_BUILDKIT': '1', 'DOCKER_HOST': f'unix://{work}/docker/sock'}
        for _ in range(100):
            if subprocess.run(['/usr/bin/docker', 'info'], env=self.env, capture_output=True).returncode == 0: break
            time.sleep(0.2)
        quiet(['/usr/bin/docker', 'load', '-i', archive], env=self.env)
    def build(self, context, dockerfile='Dockerfile', cache=True, network='host', proxy=False):
        quiet(['/usr/bin/docker', 'build', '-t', 'bench', '-f', f'{context}/{dockerfile}', '--network', network]
              + ([] if cache else ['--no-cache']) + (['--build-arg', 'http_proxy=' + PROXY] if proxy else []) + [context], env=self.env)
    def close(self):
        self.daemon.send_signal(signal.SIGTERM)
        self.daemon.wait(60)


class Buildah(Builder):
    name = 'buildah'
    def setup(self, archive):
        self.base = ['buildah', '--root', work + '/buildah/root', '--runroot', work + '/buildah/run', '--storage-driver', 'overlay']
        quiet(self.base + ['pull', '--policy', 'never', 'docker-archive:' + archive])
    def build(self, context, dockerfile='Dockerfile', cache=True, network='host', proxy=False):
        quiet(self.base + ['build', '-t', 'bench', '--pull=never', '--runtime', 'runc', '-f', f'{context}/{dockerfile}', '--network', network]
              + (['--layers'] if cache else ['--no-cache', '--layers']) + (['--build-arg', 'http_proxy=' + PROXY] if proxy else []) + [context])


def context(name, dockerfile, files=None):
    folder = f'{work}/context-{name}'
    os.makedirs(folder, exist_ok=True)
    with open(folder + '/Dockerfile', 'w') as f: f.write(dockerfile)
    for path, data in (files or {}).items():
        os.makedirs(os.path.dirname(f'{folder}/{path}'), exist_ok=True)
        with open(f'{folder}/{path}', 'wb') as f: f.write(data)
    return folder


HELLO = b'#include <stdio.h>\nint main(void) { puts("Hello, world!"); return 0; }\n'
GCC = 'FROM bench-base AS compiler\nCOPY hello.c /\nRUN sleep 0 && cp hello.c hello\nFROM bench-base\nCOPY --from=compiler /hello /hello\nCMD /hello\n'
COLD = ('FROM bench-base AS compiler\nRUN apt-get update\nRUN apt-get install -y build-essential\nCOPY hello.c /\nRUN make hello\n'
        'FROM bench-base\nCOPY --from=compiler /hello /hello\nCMD /hello\n')


def measure(case, builders, prepare, build):
    """Runs one case in turn by each builder; returns seconds per builder."""
    seconds = {b.name: [] for b in builders}
    for turn in range(options.runs + 1):  # the first turn warms up and is not counted
        for b in builders:
            prepare(b, turn)
            start = time.monotonic()
            build(b)
            if turn: seconds[b.name].append(time.monotonic() - start)
    return seconds


results = {}
def report(case, seconds):
    ours = statistics.median(seconds['lesson'])
    row = {name: round(statistics.median(s), 4) for name, s in seconds.items()}
    ratios = {f'lesson/{name}': round(ours / m, 3) for name, m in row.items() if name != 'lesson'}
    results[case] = {'seconds': row, 'ratios': ratios, 'runs': options.runs}
    print(f"{case:10}", '  '.join(f'{n} {m:.3f} s' for n, m in row.items()), ' ', '  '.join(f'{k} {v}' for k, v in ratios.items()), flush=True)


wanted = options.only.split(',')
builders = [Lesson()] + [{'docker': Docker, 'buildah': Buildah}[p]() for p in options.peers.split(',') if p]
try:
    env = {**os.environ, 'LESSON_PATH': root + '/Lessons'}
    archive = work + '/base.tar'
    quiet([options.lesson, 'docker', 'pull', 'debian'], env=env)
    quiet([options.lesson, 'docker', 'tag', 'debian', 'bench-base'], env=env)
    quiet([options.lesson, 'docker', 'save', '-o', archive, 'bench-base'], env=env)
    for b in builders: b.setup(archive)
    nothing = lambda b, turn: None

    if 'none' in wanted:
        c = context('none', GCC, {'hello.c': HELLO})
        report('none', measure('none', builders, nothing, lambda b: b.build(c)))
    if 'line' in wanted:
        c = context('line', GCC, {'hello.c': HELLO})
        def touch(b, turn):
            with open(c + '/hello.c', 'wb') as f: f.write(HELLO + f'// {b.name} {turn} {random.random()}\n'.encode())
        report('line', measure('line', builders, touch, lambda b: b.build(c)))
    if 'true' in wanted:
        n = 20
        c = context('true', 'FROM bench-base\n' + ''.join(f'RUN /bin/true {i}\n' for i in range(n)), {})
        seconds = measure('true', builders, nothing, lambda b: b.build(c, cache=False, network='none'))
        report('true x20', seconds)
    if 'files' in wanted:
        c = context('files', 'FROM bench-base\nCOPY tree /tree\n', {f'tree/{i // 100}/{i}': (b'%d ' % i) * 200 for i in range(10_000)})
        report('files', measure('files', builders, nothing, lambda b: b.build(c, cache=False)))
    if 'gigabyte' in wanted:
        c = context('gigabyte', 'FROM bench-base\nCOPY big /big\n', {'big': b''})
        with open(c + '/big', 'wb') as f:
            block = random.Random(1).randbytes(1 << 20)
            for _ in range(1024): f.write(block)
        report('gigabyte', measure('gigabyte', builders, nothing, lambda b: b.build(c, cache=False)))
        os.unlink(c + '/big')
    if 'stages' in wanted:
        n = 60
        work_ = 'i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done; echo $i > /out'
        c = context('stages', ''.join(f'FROM bench-base AS s{i}\nRUN : {i}; {work_}\n' for i in range(n))
                    + 'FROM scratch\n' + ''.join(f'COPY --from=s{i} /out /out{i}\n' for i in range(n)))
        seconds = measure('stages', builders, nothing, lambda b: b.build(c, cache=False, network='none'))
        report('stages', seconds)
        start = time.monotonic(); quiet(['sh', '-c', work_.replace('/out', '/dev/null')]); one = time.monotonic() - start
        print(f'           bare work of 60 stages over 2: {one * n / 2:.3f} s')
    if 'cold' in wanted:
        if subprocess.run(['sh', '-c', 'exec 3<>/dev/tcp/127.0.0.1/3142'], executable='/bin/bash', capture_output=True).returncode:
            subprocess.run(['apt-cacher-ng'], check=True)
            time.sleep(1)
        c = context('cold', COLD, {'hello.c': HELLO})
        report('cold', measure('cold', builders, nothing, lambda b: b.build(c, cache=False, proxy=True)))
    if 'start' in wanted:
        def timed(arguments):
            times = []
            for _ in range(20):
                start = time.monotonic(); subprocess.run([options.lesson] + arguments, capture_output=True, env=env); times.append(time.monotonic() - start)
            return statistics.median(times)
        results['start'] = {'--version': round(timed(['--version']), 4), 'list': round(timed(['list']), 4)}
        print('start     ', results['start'])
finally:
    for b in builders:
        try: b.close()
        except Exception as e: print('close:', b.name, e, file=sys.stderr)
    if options.json:
        with open(options.json, 'w') as f: json.dump(results, f, indent=1)
    subprocess.run(['rm', '-rf', work])
