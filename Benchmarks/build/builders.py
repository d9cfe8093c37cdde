"""Who builds: ours, Debian's BuildKit (docker.io), Debian's buildah, and a plain chroot."""
import json, os, shutil, signal, subprocess, sys, tarfile, time


def quiet(command, **more):
    """Runs a command that has to succeed."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, **more)
    if done.returncode:
        words = ' '.join(map(str, command))
        raise RuntimeError(f"{words}: exit {done.returncode}\n{done.stdout.decode(errors='replace')[-3000:]}")
    return done.stdout


class Lesson:
    name = 'lesson'

    def __init__(self, program, lessons, work):
        self.program = program
        self.env = {**os.environ, 'LESSON_HOME': work + '/home', 'LESSON_PATH': lessons}
        for name in ('LESSON_ENGINE', 'BUILDKIT_PROGRESS'): self.env.pop(name, None)

    def run(self, *arguments, **more): return quiet([self.program, *arguments], env=self.env, **more)

    def load(self, archive): self.run('docker', 'load', '-i', archive)

    def command(self, context, cache=True, network='none', proxy=None):
        return ([self.program, 'docker', 'build', '-t', 'bench', '--network', network] + ([] if cache else ['--no-cache'])
                + (['--build-arg', 'http_proxy=' + proxy] if proxy else []) + [context])

    def build(self, context, cache=True, network='none', proxy=None):
        quiet(self.command(context, cache, network, proxy), env=self.env)

    def close(self): pass


class Docker:
    name = 'docker'

    def __init__(self, work):
        folder = work + '/docker'
        os.makedirs(folder)
        # A socket's path has to be short, whatever the work folder is.
        self.env = {**os.environ, 'DOCKER_BUILDKIT': '1', 'DOCKER_HOST': f'unix://{folder}/sock',
                    'DOCKER_CONFIG': folder}
        self.log = open(folder + '/log', 'wb')
        self.daemon = subprocess.Popen(
            ['dockerd', '--iptables=false', '--ip6tables=false', '--bridge=none', '-H', f'unix://{folder}/sock',
             '--data-root', folder + '/data', '--exec-root', folder + '/exec', '--pidfile', folder + '/pid'],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, start_new_session=True)
        for _ in range(150):
            if self.daemon.poll() is not None: break
            if subprocess.run(['/usr/bin/docker', 'info'], env=self.env, capture_output=True).returncode == 0: return
            time.sleep(0.2)
        self.close()
        raise RuntimeError('dockerd does not start; the end of its log:\n'
                           + open(folder + '/log', errors='replace').read()[-2000:])

    def load(self, archive): quiet(['/usr/bin/docker', 'load', '-i', archive], env=self.env)

    def build(self, context, cache=True, network='none', proxy=None):
        quiet(['/usr/bin/docker', 'build', '-t', 'bench', '--network', network] + ([] if cache else ['--no-cache'])
              + (['--build-arg', 'http_proxy=' + proxy] if proxy else []) + [context], env=self.env)

    def close(self):
        if self.daemon.poll() is None:
            self.daemon.send_signal(signal.SIGTERM)
            try: self.daemon.wait(30)
            except subprocess.TimeoutExpired:
                self.daemon.kill()
                self.daemon.wait()
        self.log.close()


class Buildah:
    name = 'buildah'

    def __init__(self, work):
        self.base = ['buildah', '--root', work + '/buildah/root', '--runroot', work + '/buildah/run',
                     '--storage-driver', 'overlay']

    def load(self, archive): quiet(self.base + ['pull', '--policy', 'never', 'docker-archive:' + archive])

    def build(self, context, cache=True, network='none', proxy=None):
        # crun 1.8.1 refuses a host that mixes both versions of control groups; runc does not.
        quiet(self.base + ['build', '-t', 'bench', '--pull=never', '--runtime', 'runc', '--network', network, '--layers']
              + ([] if cache else ['--no-cache']) + (['--build-arg', 'http_proxy=' + proxy] if proxy else [])
              + [context])

    def close(self): pass


class Chroot:
    """The same commands in a plain chroot: what the machine needs for the work itself."""
    name = 'chroot'

    def __init__(self, work):
        self.work, self.count = work, 0

    def load(self, archive): self.archive = archive

    def tree(self):
        """A new tree of the base; not part of what is measured."""
        self.count += 1
        root = f'{self.work}/chroot-{self.count}'
        os.makedirs(root)
        unpack(self.archive, root)
        os.makedirs(root + '/dev', exist_ok=True)
        for name, major, minor in (('null', 1, 3), ('zero', 1, 5), ('random', 1, 8), ('urandom', 1, 9)):
            path = f'{root}/dev/{name}'
            if os.path.exists(path): os.unlink(path)
            os.mknod(path, 0o020666, os.makedev(major, minor))
            os.chmod(path, 0o666)
        return root

    def run(self, root, commands, env):
        for command in commands:
            quiet(['chroot', root, '/bin/sh', '-c', command],
                  env={'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': '/root', **env})

    def close(self): pass


def unpack(archive, root):
    """The one image of a `docker save` archive as a tree."""
    with tarfile.open(archive) as outer:
        manifest = json.load(outer.extractfile('manifest.json'))[0]
        for layer in manifest['Layers']:
            process = subprocess.Popen(['tar', '-x', '--numeric-owner', '-p', '-C', root], stdin=subprocess.PIPE)
            shutil.copyfileobj(outer.extractfile(layer), process.stdin, 1 << 20)
            process.stdin.close()
            if process.wait(): raise RuntimeError('cannot unpack the base image')


class PackageCache:
    """Packages from loopback: first they are fetched, then there is no network."""

    def __init__(self, work):
        self.folder = work + '/packages'
        os.makedirs(self.folder)
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'packages.py'), self.folder],
            stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.url = f'http://127.0.0.1:{int(self.process.stdout.readline())}'

    def go_offline(self): open(self.folder + '/offline', 'w').close()

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
