"""What is built: the contexts, and one function for each part of the table."""
import json, os, random, resource, statistics, subprocess, sys, time

from builders import Lesson, quiet, unpack
from report import Figure

HELLO = b'#include <stdio.h>\nint main(void) { puts("Hello, world!"); return 0; }\n'
# The lesson's multi-stage Dockerfile: the compiler comes from packages.
COLD = ('FROM bench-base AS compiler\nRUN apt-get update\nRUN apt-get install -y build-essential\nCOPY hello.c /\n'
        'RUN make hello\nFROM bench-base\nCOPY --from=compiler /hello /hello\nCMD ["/hello"]\n')
# Its shape, with steps that take no time of their own.
QUICK = ('FROM bench-base AS compiler\nCOPY hello.c /\nRUN cp hello.c hello\nFROM bench-base\n'
         'COPY --from=compiler /hello /hello\nCMD ["/hello"]\n')


class Bench:
    """What all parts share."""

    def __init__(self, lesson, builders, work, runs, archive, root):
        self.lesson, self.builders, self.work, self.runs, self.archive, self.root = (
            lesson, builders, work, runs, archive, root)

    def builder(self, name): return next((b for b in self.builders if b.name == name), None)

    def context(self, name, dockerfile, files=None):
        folder = f'{self.work}/context-{name}'
        os.makedirs(folder, exist_ok=True)
        write(folder + '/Dockerfile', dockerfile.encode())
        for path, data in (files or {}).items():
            os.makedirs(os.path.dirname(f'{folder}/{path}'), exist_ok=True)
            write(f'{folder}/{path}', data)
        return folder

    def measure(self, actions, prepare=None, runs=None):
        """Runs actions in turn (A B C A B C ...), so that a drift of the machine falls on all alike; the first turn
        warms up and is not counted. Returns seconds by name."""
        seconds = {name: [] for name in actions}
        for turn in range((runs or self.runs) + 1):
            for name, action in actions.items():
                argument = prepare(name, turn) if prepare else None
                settle()
                start = time.monotonic()
                action(argument)
                if turn: seconds[name].append(time.monotonic() - start)
        return seconds

    def builds(self, context, prepare=None, runs=None, **options):
        builders = {b.name: (lambda _, b=b: b.build(context, **options)) for b in self.builders if hasattr(b, 'build')}
        return self.measure(builders, prepare, runs)

    def figure(self, part, name, seconds, ratios=None, **more):
        ours = seconds.pop('lesson')
        return Figure(part, name, ours, seconds, ratios or {}, **more)


def settle():
    """Nobody shall wait for the disk because of what another wrote before."""
    os.sync()


def write(path, data):
    with open(path, 'wb') as file: file.write(data)


def none(bench):
    context = bench.context('none', QUICK, {'hello.c': HELLO})
    yield bench.figure('none', 'nothing changed', bench.builds(context, runs=2 * bench.runs + 1), {'docker': 0.25},
                       note='aim 0.015 s')


def line(bench):
    context = bench.context('line', QUICK, {'hello.c': HELLO})

    def change(name, turn):
        write(context + '/hello.c', HELLO + f'// {name} {turn} {random.random()}\n'.encode())
    yield bench.figure('line', 'one source line changed', bench.builds(context, change, runs=2 * bench.runs + 1),
                       {'docker': 0.5})


def true(bench):
    """A step's price: builds of 1 and of 21 steps, a twentieth of the difference."""
    def many(count): return bench.context(f'true-{count}', 'FROM bench-base\n' + ''.join(
        f'RUN /bin/true {i}\n' for i in range(count)))
    one, more = many(1), many(21)
    few = bench.builds(one, cache=False)
    lots = bench.builds(more, cache=False)
    seconds = {name: [max(0, value - statistics.median(few[name])) / 20 for value in lots[name]] for name in lots}
    seconds['crun'] = bare(bench)
    yield bench.figure('true', 'a RUN true', seconds, {'crun': 1}, allowance=0.020)


def bare(bench):
    """The same process with crun alone: its own default bundle, the base as root."""
    bundle = bench.work + '/bundle'
    os.makedirs(bundle + '/rootfs')
    unpack(bench.archive, bundle + '/rootfs')
    quiet(['crun', 'spec'], cwd=bundle)
    with open(bundle + '/config.json') as file: config = json.load(file)
    config['process']['args'] = ['/bin/true']
    config['process']['terminal'] = False
    with open(bundle + '/config.json', 'w') as file: json.dump(config, file)
    # crun 1.8.1 refuses a host that mixes both versions of control groups: the second is covered, as ours does it.
    script = ('[ ! -d /sys/fs/cgroup/unified ] || mount -t tmpfs none /sys/fs/cgroup/unified\n'
              'exec "$0" -c \'import subprocess, sys, time, json\nfound = []\nfor i in range(21):\n'
              '    start = time.monotonic()\n'
              '    subprocess.run(["crun", "--root", sys.argv[1], "--cgroup-manager", "disabled", "run", "-b", sys.argv[2],'
              ' f"bare-{i}"], check=True, stdin=subprocess.DEVNULL)\n'
              '    found.append(time.monotonic() - start)\nprint(json.dumps(found[1:]))\' "$@"')
    return json.loads(quiet(['unshare', '-m', 'sh', '-c', script, sys.executable, bench.work + '/crun', bundle]))


def files(bench):
    context = bench.context('files', 'FROM bench-base\nCOPY tree /tree\n',
                            {f'tree/{i // 100}/{i}': (b'%d ' % i) * 200 for i in range(10_000)})
    yield bench.figure('files', 'COPY of 10,000 files', bench.builds(context, cache=False), {'docker': 0.5})


def big_file(bench, name, megabytes):
    context = bench.context(name, 'FROM bench-base\nCOPY big /big\n')
    block = random.Random(1)
    with open(context + '/big', 'wb') as file:
        for _ in range(megabytes): file.write(block.randbytes(1 << 20))
    return context


def gigabyte(bench):
    context = big_file(bench, 'gigabyte', 1024)
    yield bench.figure('gigabyte', 'COPY of 1 GB', bench.builds(context, cache=False), {'docker': 0.5})
    os.unlink(context + '/big')


def stages(bench):
    """60 stages that have nothing to do with each other; their work is what the shell alone needs for it, one after the
    other, and as many at once as there are cores: on an idle machine that takes the first divided by the cores."""
    work = 'i=0; while [ $i -lt 600000 ]; do i=$((i+1)); done; echo $i > '
    context = bench.context('stages', ''.join(f'FROM bench-base AS s{i}\nRUN : {i}; {work}/out\n' for i in range(60))
                            + 'FROM scratch\n' + ''.join(f'COPY --from=s{i} /out /out{i}\n' for i in range(60)))

    cores = min(2, len(os.sched_getaffinity(0)))

    def alone(count):
        loop = f"seq 60 | xargs -P {count} -I @ chroot {root} /bin/sh -c '{work}/out'"
        return lambda _: quiet(['sh', '-c', loop])
    root = bench.work + '/stages'
    os.makedirs(root)
    unpack(bench.archive, root)
    together = f'{cores} at once'
    actions = {'lesson': lambda _: bench.lesson.build(context, cache=False), 'work': alone(1), together: alone(cores)}
    if docker := bench.builder('docker'): actions['docker'] = lambda _: docker.build(context, cache=False)
    seconds = bench.measure(actions)
    seconds[f'work/{cores}'] = [value / cores for value in seconds.pop('work')]
    yield bench.figure('stages', '60 independent stages', seconds, {f'work/{cores}': 1.1, together: 1.1})


def cold(bench):
    from builders import PackageCache
    cache = PackageCache(bench.work)
    try:
        context = bench.context('cold', COLD, {'hello.c': HELLO})
        bench.lesson.build(context, cache=False, network='host', proxy=cache.url)  # fills the cache
        cache.go_offline()
        actions = {b.name: (lambda _, b=b: b.build(context, cache=False, network='host', proxy=cache.url))
                   for b in bench.builders if hasattr(b, 'build')}
        chroot, trees = bench.builder('chroot'), []

        def prepare(name, turn):
            if name != 'chroot': return None
            trees.append(chroot.tree())
            write(trees[-1] + '/hello.c', HELLO)
            return trees[-1]
        if chroot:
            actions['chroot'] = lambda tree: chroot.run(
                tree, ['apt-get update', 'apt-get install -y build-essential', 'make hello'], {'http_proxy': cache.url})
        seconds = bench.measure(actions, prepare)
        yield bench.figure('cold', 'cold build', seconds, {'docker': 0.55, 'buildah': 0.55, 'chroot': 1.0})
    finally:
        cache.stop()


def archive(bench):
    """2 GB of real files as an image, out of the store and into another."""
    tree, size, number = bench.work + '/context-archive/tree', 0, 0
    os.makedirs(tree)
    while size < 2 << 30:
        for folder, _, names in os.walk('/usr'):
            for name in names:
                path = os.path.join(folder, name)
                if size >= 2 << 30 or not os.path.isfile(path) or os.path.islink(path): continue
                with open(path, 'rb') as file: data = file.read()
                number += 1
                place = f'{tree}/{number // 500}'
                os.makedirs(place, exist_ok=True)
                write(f'{place}/{number}', data)
                size += len(data)
    bench.context('archive', 'FROM scratch\nCOPY tree /\n')
    bench.lesson.build(bench.work + '/context-archive')
    saved, packed = bench.work + '/saved.tar', bench.work + '/packed.tar.zst'
    clean = lambda *paths: subprocess.run(['rm', '-rf', *paths])

    def anew(name, turn):
        # What was hashed once is not hashed again: a build of its own for each turn.
        if name != 'lesson': return clean(packed)
        clean(saved)
        write(tree + '/turn', str(turn).encode())
        bench.lesson.build(bench.work + '/context-archive', cache=False)
    cores = len(os.sched_getaffinity(0))
    seconds = bench.measure({
        'lesson': lambda _: bench.lesson.run('docker', 'save', '-o', saved, 'bench'),
        'tar|zstd': lambda _: quiet(['sh', '-c', f'tar -C {tree} -cf - . | zstd -q -T{cores} -o {packed}']),
    }, anew)
    yield bench.figure('archive', '2 GB saved', seconds, {'tar|zstd': 1.0})

    folders = []

    def empty(name, turn):
        folders.append(f'{bench.work}/loaded-{len(folders)}')
        os.makedirs(folders[-1])
        return folders[-1]
    seconds = bench.measure({
        'lesson': lambda folder: Lesson(bench.lesson.program, bench.lesson.env['LESSON_PATH'], folder).load(saved),
        'tar|zstd': lambda folder: quiet(['sh', '-c', f'zstd -q -d -c {packed} | tar -C {folder} -xf -']),
    }, empty)
    yield bench.figure('archive', '2 GB loaded', seconds, {'tar|zstd': 1.0})
    clean(saved, packed, tree, *folders)


def memory(bench):
    """The largest process of a build, by the size of what it copies."""
    peaks = {}
    for megabytes in (16, 1024):
        context = big_file(bench, f'memory-{megabytes}', megabytes)
        code = ('import resource, subprocess, sys\nsubprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL,'
                ' stderr=subprocess.DEVNULL)\nprint(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)')
        command = bench.lesson.command(context, cache=False)
        peaks[megabytes] = [int(quiet([sys.executable, '-c', code, *command], env=bench.lesson.env)) / 1024
                            for _ in range(bench.runs)]
        os.unlink(context + '/big')
    yield Figure('memory', 'peak memory, COPY of 1 GB', peaks[1024], {'COPY of 16 MB': peaks[16]},
                 {'COPY of 16 MB': 1.1}, limit=60, unit='MB')


def start(bench):
    lesson = next(iter(sorted(os.listdir(bench.root + '/Lessons'))))
    workspace = bench.work + '/workspace'
    bench.lesson.run('start', lesson, workspace)

    def timed(arguments, before=None):
        found = []
        for _ in range(21):
            if before: quiet([bench.lesson.program, *before], env=bench.lesson.env, cwd=workspace)
            begin = time.monotonic()
            quiet([bench.lesson.program, *arguments], env=bench.lesson.env, cwd=workspace)
            found.append(time.monotonic() - begin)
        return found[1:]
    yield Figure('start', 'lesson --version', timed(['--version']), limit=0.010)
    yield Figure('start', 'lesson next', timed(['next'], ['goto', '1']), limit=0.030)


PARTS = {part.__name__: part for part in (start, none, line, true, files, gigabyte, stages, archive, memory, cold)}
