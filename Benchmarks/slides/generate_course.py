#!/usr/bin/env python3
"""Writes a synthetic course: as many files, slides, fences, lists and comments as the public
container.training course had when it was counted, in words of our own.

usage: generate_course.py DIRECTORY [--bytes N] [--seed N]
"""

import argparse
import pathlib
import random

# Occurrences in the whole course.
FILES, TOTAL_BYTES = 335, 2_600_000
SLIDES, FRAGMENTS, NOTES = 4232, 283, 146
CLASSES = [("extra-details", 419), ("pic", 143), ("snap", 40), ("title", 21), ("self-paced", 15)]
LABS, SMALL, FOOTNOTES, WARNINGS = 803, 53, 44, 32
COMMENTS_ONE_LINE, COMMENTS_BLOCK = 66, 71
BREAKS, IMAGES, TABLES, DEFINITIONS, DEFINITION_FILES = 394, 185, 6, 333, 87
FENCES_INDENTED, FENCES_PLAIN, FENCES_ODD = 1439, 602, 9

NOUNS = """volume stage layer cluster service network image registry builder compiler controller volume node
namespace cache process kernel socket module manifest container pipeline route balancer secret binary
directory terminal daemon scheduler operator replica probe gateway token certificate template release
docker-compose.yml /etc/resolv.conf kube-controller-manager StatefulSet PersistentVolumeClaim load-balancer
ServiceAccount authentication authorization observability infrastructure orchestrator NetworkPolicy""".split()
VERBS = """builds starts stops copies mounts exposes pushes pulls replaces checks inspects removes creates
updates watches scales connects shares stores reads writes sends receives labels selects""".split()
ADJECTIVES = """small final local shared remote private default single new old empty verbose stable
temporary persistent virtual static dynamic""".split()
SMALL_WORDS = "the a our this each of in on with for and but when to from that it is are we can will".split()
COMMANDS = """docker build -t web .|docker run -d -p 8000:80 web|docker images|kubectl get pods -o wide
kubectl apply -f web.yaml|kubectl describe node worker1|curl -s localhost:8000|ls -l /var/lib/web
docker network create front|docker logs --tail 3 web|kubectl scale deployment web --replicas=3""".replace(
    "\n", "|"
).split("|")


class Course:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, part, whole):
        return self.random.random() * whole < part

    def words(self, count):
        pick = self.random
        out = []
        for _ in range(count):
            kind = pick.random()
            if kind < 0.25:
                out.append(pick.choice(SMALL_WORDS))
            elif kind < 0.7:
                out.append(pick.choice(NOUNS))
            elif kind < 0.9:
                out.append(pick.choice(VERBS))
            else:
                out.append(pick.choice(ADJECTIVES))
            if pick.random() < 0.07:
                out[-1] = f"`{out[-1]}`"
            elif pick.random() < 0.02:
                out[-1] = f"*{out[-1]}*"
            elif pick.random() < 0.01:
                out[-1] = f"**{out[-1]}**"
            elif pick.random() < 0.006:
                out[-1] = f"[{out[-1]}](https://example.org/{out[-1].strip('`*')})"
        text = " ".join(out)
        return text[0].upper() + text[1:]

    def fence(self, indent):
        pick = self.random
        pad = " " * indent
        language = pick.choice(["bash"] * 6 + ["yaml"] * 2 + ["dockerfile", ""])
        lines = []
        for _ in range(pick.randint(2, 9)):
            if language == "yaml":
                lines.append("  " * pick.randint(0, 3) + f"{pick.choice(NOUNS)}: {pick.choice(ADJECTIVES)}")
            elif language == "dockerfile":
                lines.append(pick.choice(["RUN make web", "COPY . /src", "FROM debian AS build", 'CMD ["web"]']))
            else:
                lines.append(pick.choice(["", "$ "]) + pick.choice(COMMANDS))
        return [f"{pad}```{language}"] + [pad + line for line in lines] + [f"{pad}```"]

    def slide(self, definitions):
        pick = self.random
        total = SLIDES
        lines = []
        roll = pick.random() * total
        for name, count in CLASSES:
            roll -= count
            if roll < 0:
                lines += [f"class: {name}", ""]
                break
        lines += ["## " + self.words(pick.randint(2, 6)), ""]
        if self.chance(IMAGES, total):
            lines += [f"![{self.words(3)}](images/{pick.choice(NOUNS)}.png)", ""]
        if self.chance(COMMENTS_ONE_LINE, total):
            lines += [f"<!-- {self.words(4)} -->", ""]
        if self.chance(COMMENTS_BLOCK, total):
            lines += ["<!--", "```wait " + pick.choice(NOUNS) + "```", "```key ^C```", "-->", ""]
        if self.chance(TABLES, total):
            lines += ["| name | what it does |", "|---|:--|"]
            lines += [f"| `{pick.choice(NOUNS)}` | {self.words(5)} |" for _ in range(4)] + [""]
        lab = self.chance(LABS, total)
        plain = self.chance(FENCES_PLAIN, total)
        indented = (FENCES_INDENTED - LABS) / total
        if lab:
            lines += [".lab[", ""]
            lines += ["- " + self.words(pick.randint(4, 9)) + ":"] + self.fence(2) + [""]
            lines += ["]", ""]
        for _ in range(pick.randint(2, 5)):
            text = "- " + self.words(pick.randint(7, 12))
            if self.chance(BREAKS, total * 3):
                text += "<br/>"
            if definitions and self.chance(DEFINITIONS, total):
                text += f" [{pick.choice(NOUNS)} guide][{pick.choice(definitions)}]"
            lines.append(text)
            if pick.random() < 0.3:
                lines.append("  (" + self.words(pick.randint(4, 8)) + ")")
            if pick.random() < 0.2:
                lines += ["  - " + self.words(pick.randint(5, 9)), "  - " + self.words(pick.randint(3, 8))]
            if pick.random() < indented / 5:
                lines += self.fence(2)
            lines.append("")
        if plain:
            lines += [self.words(5) + ":", ""] + self.fence(0) + [""]
        if self.chance(FENCES_ODD, total):
            lines += self.fence(3) + [""]
        if self.chance(SMALL, total):
            lines += [f".small[{self.words(6)}]", ""]
        if self.chance(FOOTNOTES, total):
            lines += [f".footnote[{self.words(8)}]", ""]
        if self.chance(WARNINGS, total):
            lines += [f".warning[{self.words(8)}", self.words(7) + "]", ""]
        if self.chance(FRAGMENTS, total):
            lines += ["--", "", "- " + self.words(8), ""]
        return lines

    def file(self, number, size):
        pick = self.random
        definitions = []
        if self.chance(DEFINITION_FILES, FILES):
            definitions = sorted({pick.choice(NOUNS) for _ in range(DEFINITIONS // DEFINITION_FILES + 1)})
        lines = ["", "class: title", ""] if self.chance(16, FILES) else []
        lines += ["# " + self.words(3), ""]
        written = 0
        while written < size:
            slide = self.slide(definitions)
            written += sum(len(line) + 1 for line in slide) + 5
            lines += slide + ["---", ""]
        lines.pop()
        lines.pop()
        lines += [f"[{name}]: https://example.org/{number}/{name}" for name in definitions]
        if self.chance(NOTES, FILES):
            lines += ["", "???", "", ":EN:- " + self.words(4), ":FR:- " + self.words(4)]
        return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--bytes", type=int, default=TOTAL_BYTES)
    parser.add_argument("--seed", type=int, default=335)
    arguments = parser.parse_args()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    course = Course(arguments.seed)
    for number in range(FILES):
        text = course.file(number, arguments.bytes / FILES - 300)
        (arguments.directory / f"{number:03}.md").write_text(text)


if __name__ == "__main__":
    main()
