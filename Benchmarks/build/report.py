"""Figures: what was measured, beside what, within which bound."""
import json, os, platform, shutil, statistics, subprocess
from dataclasses import dataclass, field


@dataclass
class Figure:
    """One line of the table. Values are seconds, or MB where `unit` says so."""
    part: str
    name: str
    ours: list
    peers: dict = field(default_factory=dict)
    # By peer: our median is to be at most this times the peer's (plus `allowance`).
    ratios: dict = field(default_factory=dict)
    allowance: float = 0.0
    # Our median is to be at most this.
    limit: float = None
    unit: str = 's'
    note: str = ''

    @property
    def median(self): return statistics.median(self.ours)

    def bounds(self):
        """Pairs of words and whether the bound is kept."""
        found = []
        if self.limit is not None:
            found.append((f'<= {number(self.limit)} {self.unit}', self.median <= self.limit))
        for peer, ratio in self.ratios.items():
            if peer not in self.peers: continue
            bound = statistics.median(self.peers[peer]) * ratio + self.allowance
            more = f' + {number(self.allowance)} {self.unit}' if self.allowance else ''
            found.append((f'<= {ratio:g} {peer}{more}', self.median <= bound))
        return found

    def row(self):
        peers = '  '.join(f'{name} {number(statistics.median(values))}' for name, values in self.peers.items())
        relations = '  '.join(
            f'{self.median / statistics.median(values):.2f} {name}' for name, values in self.peers.items())
        bounds = self.bounds()
        missed = [words for words, kept in bounds if not kept]
        verdict = '' if not bounds else ('MISSED: ' + ', '.join(missed) if missed else 'ok')
        return [self.name + (f' ({self.note})' if self.note else ''), f'{number(self.median)} {self.unit}', peers,
                relations, ', '.join(words for words, _ in bounds), verdict]

    def document(self):
        return {
            'part': self.part, 'figure': self.name, 'unit': self.unit, 'note': self.note, 'ours': self.median,
            'runs': self.ours, 'peers': {name: statistics.median(values) for name, values in self.peers.items()},
            'peerRuns': self.peers,
            'ratios': {name: round(self.median / statistics.median(values), 3) for name, values in self.peers.items()},
            'bounds': [{'bound': words, 'kept': kept} for words, kept in self.bounds()],
        }


def number(value):
    return f'{value:.0f}' if value >= 100 else f'{value:.2f}' if value >= 1 else f'{value:.4f}'


def output(*command):
    if shutil.which(command[0]) is None: return 'not installed'
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return (done.stdout.strip().splitlines() or ['?'])[0]


def machine(lesson):
    model = next((line.split(':', 1)[1].strip() for line in open('/proc/cpuinfo') if line.startswith('model name')),
                 platform.machine())
    memory = next(int(line.split()[1]) >> 20 for line in open('/proc/meminfo') if line.startswith('MemTotal'))
    return {
        'processor': f'{os.cpu_count()} x {model}', 'memory': f'{memory} GB', 'kernel': platform.release(),
        'load': ' '.join(f'{value:.2f}' for value in os.getloadavg()),
        'lesson': output(lesson, '--version'), 'dockerd': output('dockerd', '--version'),
        'buildah': output('buildah', '--version'), 'crun': output('crun', '--version'),
        'runc': output('runc', '--version'), 'zstd': output('zstd', '--version'),
    }


def table(figures):
    rows = [['figure', 'lesson', 'peers', 'ratio to', 'bound', '']] + [figure.row() for figure in figures]
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    lines = ['  '.join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    return '\n'.join([lines[0], '-' * len(lines[0])] + lines[1:])


def save(path, facts, figures):
    with open(path, 'w') as file:
        json.dump({'machine': facts, 'figures': [figure.document() for figure in figures]}, file, indent=1)
