#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the commands of a Markdown page as printed and compares what they print.

All blocks of a page run in one bash, in an empty folder with build/bin and the other
parts of the checkout that pages use. ZEROTOUCH_LISTEN makes a sandbox pick a free
port; nothing else is changed. The meaning of a block depends on its language:

sh     Commands. The first one that fails ends the run.
text   The output of the sh block before it, on both streams. In it, … matches any
       text within a line, and a line with only … matches any lines.
other  A file; the line before the block ends with its name in backquotes and a colon.

A sh block that has only make, apt-get or npm commands is not run, because a test does
not run itself and installs nothing. A sh block below the line <!-- needs NAME -->, and
its text block, are used only with --has NAME.
"""
import argparse
import ctypes
import difflib
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..'))
sys.path.append(os.path.join(ROOT, 'test', 'clients'))
import driven  # noqa: E402

LIMIT_SECONDS = 240
NOT_RUN = re.compile(r'(sudo )?(make|apt-get|npm) ')
FENCE = re.compile(r'^```(\w*)\n(.*?)^```$', re.MULTILINE | re.DOTALL)
NEEDS = re.compile(r'<!-- needs ([\w-]+) -->\n\s*$')
FILE_NAME = re.compile(r'`([\w.-]+)`:\s*$')
# A command in the background, and the file that it writes.
IN_BACKGROUND = re.compile(r'[^>]>([\w.$-]+)(?:[^&\n]|\\\n|>&)*&$', re.MULTILINE)


class PageError(Exception):
    """The page is not true; says where and why."""


class Block:
    def __init__(self, page, match, has):
        self.page = page
        self.line = page.count('\n', 0, match.start()) + 1
        self.language, self.text = match.groups()
        self.before = page[:match.start()]
        need = NEEDS.search(self.before)
        self.is_for_others = bool(need) and need.group(1) not in has

    def is_run(self):
        if self.is_for_others:
            return False
        lines = [line for line in self.text.splitlines() if line.strip()]
        return self.language == 'sh' and not all(NOT_RUN.match(line) for line in lines)

    def file_name(self):
        name = FILE_NAME.search(self.before)
        if not name:
            raise PageError(f'line {self.line}: a block of "{self.language}" that is neither run '
                            'nor a file: end the line before it with `NAME`:')
        return name.group(1)


def blocks_of(page, has=()):
    return [Block(page, match, has) for match in FENCE.finditer(page)]


def script_of(blocks, state):
    """Returns one bash script. The output of each block goes to a file named after its line."""
    parts = ['set -eo pipefail']
    for block in blocks:
        if block.language == 'text':
            continue
        if block.language != 'sh':
            # Written between the commands, as a reader would do it.
            parts.append(f"cat >{block.file_name()} <<'END OF {block.line}'\n"
                         f'{block.text}END OF {block.line}')
        elif block.is_run():
            parts.append(f'exec >{state}/{block.line} 2>&1\n{block.text}')
    parts.append(f'touch {state}/end')
    return '\n'.join(parts) + '\n'


def check_waits(blocks):
    """Refuses a wait for a file that an earlier command has written."""
    known = set()
    for block in blocks:
        if block.language != 'sh':
            continue
        for match in IN_BACKGROUND.finditer(block.text):
            name = match.group(1)
            is_again = name in known or '$' in name
            known.add(name)
            removed = re.search(rf'\brm (-f )?{re.escape(name)}$', block.text[:match.start()],
                                re.MULTILINE)
            waited = re.search(rf'\buntil .*{re.escape(name)}', block.text)
            if is_again and waited and not removed:
                raise PageError(f'line {block.line}: waits for {name}, which may be there already: '
                                f'rm {name} first')


def pattern_of(expected):
    lines = []
    for line in expected.rstrip('\n').split('\n'):
        if line.strip() == '…':
            lines.append(r'(?:.*\n)*')
        else:
            lines.append('.+'.join(re.escape(part) for part in line.rstrip().split('…')) + r' *\n')
    return ''.join(lines)


def check_outputs(blocks, outputs):
    run = None
    is_for_others = False
    for block in blocks:
        if block.language == 'sh':
            run = block if block.is_run() else None
            is_for_others = block.is_for_others
        elif block.language == 'text' and is_for_others:
            is_for_others = False
        elif block.language == 'text':
            if run is None:
                raise PageError(f'line {block.line}: the output of no command')
            printed = outputs[run.line]
            if not re.fullmatch(pattern_of(block.text), printed.rstrip('\n') + '\n'):
                diff = difflib.unified_diff(block.text.splitlines(), printed.splitlines(),
                                            'the page', 'printed', lineterm='')
                raise PageError(f'line {block.line}: the output differs\n' + '\n'.join(diff))
            run = None


def make_folder(folder, links):
    for name, target in links.items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.symlink(os.path.abspath(target), path)


def environment():
    # Ignores the settings of the caller's shell, which are for other servers.
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith(('ZEROTOUCH_', 'GOOGLE_'))}
    # Debian's own programs first, as on a user's Debian.
    path = '/usr/local/bin:/usr/bin:/bin:' + kept.get('PATH', '')
    return kept | {'ZEROTOUCH_LISTEN': '127.0.0.1:0', 'PATH': path, 'LC_ALL': 'C.UTF-8'}


def hand_over(folders, links):
    """Gives the folders to a user that is not root."""
    user = pwd.getpwnam('postgres')
    for name, target in links.items():
        # The checkout may be in a folder that only root can read.
        path = os.path.join(folders[0], name)
        os.unlink(path)
        if name == 'build/bin':
            os.makedirs(path)
            for program in ('zerotouchd', 'zerotouch'):
                shutil.copy(os.path.join(target, program), path)
        else:
            shutil.copytree(target, path)
    for folder in folders:
        for path, _, _ in os.walk(folder):
            os.chown(path, user.pw_uid, user.pw_gid)
    return {'user': user.pw_uid, 'group': user.pw_gid, 'extra_groups': []}


def run(page, links, has=(), no_root=False, limit=LIMIT_SECONDS):
    """Runs the text `page`. Returns the number of blocks that ran, and the server's log.

    `links` maps names in the folder of the page to their targets. `has` has the names
    for blocks that need something. With `no_root`, root runs the page as another user,
    who gets copies of the links, and of build/bin only the two programs.
    Raises PageError if a command fails or its output differs from the page.
    """
    blocks = blocks_of(page, has)
    check_waits(blocks)
    adopt_daemons()
    with tempfile.TemporaryDirectory(prefix='zerotouch-docs-') as folder, \
            tempfile.TemporaryDirectory(prefix='zerotouch-docs-state-') as state:
        make_folder(folder, links)
        user = hand_over((folder, state), links) if no_root and os.geteuid() == 0 else {}
        bash = subprocess.Popen(['bash', '-c', script_of(blocks, state)], cwd=folder,
                                env=environment(), stdin=subprocess.DEVNULL,
                                start_new_session=True, **user)
        try:
            code = bash.wait(limit)
        except subprocess.TimeoutExpired:
            code = f'none after {limit} s'
        finally:
            try:  # the sandbox, if the page left it running
                os.killpg(bash.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            bash.wait()
            end_daemons()
        log = os.path.join(folder, 'server.log')
        log = read(log) if os.path.exists(log) else ''
        outputs = {}
        for name in os.listdir(state):
            if name != 'end':
                outputs[int(name)] = read(os.path.join(state, name))
        if not os.path.exists(os.path.join(state, 'end')):
            last = max(outputs, default=0)
            raise PageError(f'line {last}: a command failed, exit code {code}; it printed:\n'
                            + outputs.get(last, ''))
    if not outputs:
        raise PageError('no commands')
    check_outputs(blocks, outputs)
    return len(outputs), log


def adopt_daemons():
    """Makes processes that a page leaves running children of this process."""
    pr_set_child_subreaper = 36
    ctypes.CDLL(None).prctl(pr_set_child_subreaper, 1, 0, 0, 0)


def end_daemons():
    while True:
        children = read(f'/proc/self/task/{os.getpid()}/children').split()
        if not children:
            return
        for child in children:
            os.kill(int(child), signal.SIGKILL)
            os.waitpid(int(child), 0)


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('page', help='the file')
    parser.add_argument('programs', help='the folder of zerotouchd and zerotouch')
    parser.add_argument('--link', nargs=2, default=[], metavar=('NAME', 'TARGET'),
                        help='another link in the folder of the page')
    parser.add_argument('--has', action='append', default=[], metavar='NAME',
                        help='run the blocks that need NAME')
    parser.add_argument('--record', nargs=2, default=[], metavar=('FILE', 'CLIENT'),
                        help='write a record of the calls of the page (test/clients/driven.py)')
    parser.add_argument('--no-root', action='store_true', help='run the page as another user')
    parser.add_argument('--limit', type=int, default=LIMIT_SECONDS, metavar='SECONDS',
                        help='how long the page may take')
    given = parser.parse_args()
    links = {'build/bin': given.programs, 'proto': os.path.join(ROOT, 'proto')}
    links.update([given.link] if given.link else [])
    if given.record:
        driven.forget(given.record[0])
    try:
        count, log = run(read(given.page), links, given.has, given.no_root, given.limit)
    except PageError as error:
        sys.exit(f'{given.page}: {error}')
    if given.record and not driven.record(*given.record, log):
        sys.exit(f'{given.page}: its server has logged no call')
    print(f'{given.page}: {count} blocks of commands ran')


if __name__ == '__main__':
    main()
