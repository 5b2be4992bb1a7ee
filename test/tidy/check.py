#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what no compiler does: who includes whom, how long files and lines
are, that the documentation points at files that exist, and that every error has
a golden test.

usage: check.py [ROOT]      prints each violation as FILE:LINE: TEXT; exit code 1 if any

The order of the folders is read from CMakeLists.txt, where it is written for
the build: a folder of src/ may include itself and what it links to.
"""
import os
import re
import sys

FILE_LINES = 500
LINE_CHARACTERS = 100

# Who may include a library that is to stay replaceable: files, or folders with
# a slash at the end.
RESERVED = [
    (re.compile(r'#include <boost/'), 'Boost',
     ('src/http/server.cc', 'src/http/connection.h', 'src/http/socket.h', 'src/http/socket.cc',
      'src/wire/http1/', 'src/wire/http2/')),
    (re.compile(r'#include <sqlite3\.h>'), 'SQLite',
     ('src/store/sqlite/', 'test/store/open_sqlite_test.cc', 'test/e2e/startup_test.cc',
      'src/batch/engine_test.cc', 'bench/')),
]

# Where the errors that callers see are declared, and the test that has a golden
# of each.
ERRORS = 'src/errors/errors.h'
ERRORS_TEST = 'test/conformance/errors_test.cc'
GOLDEN = 'test/conformance/golden/'
ERROR_CALL = re.compile(r'\berrors::[A-Z]\w+\(')
# Functions beside those of ERRORS whose texts callers are told, by file.
TELLING_CALLS = {
    'src/auth/assertion.cc': re.compile(r'\bInvalidArgumentError\('),
    'src/auth/token_endpoint.cc': re.compile(r'\breturn Error\('),
    'src/crypto/jwt.cc': re.compile(r'\bWrong\('),
    'src/json/text_reader.cc': re.compile(r'\bEndAt\('),
    'src/service/customers.cc': re.compile(r'\bNote\('),
    'src/wire/rest/batch_request.cc': re.compile(r'\bWrong\('),
    'src/wire/rest/multipart.cc': re.compile(r'\bMalformedPart\('),
}
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\s*"(?:[^"\\]|\\.)*")*')
ERROR_FUNCTION = re.compile(r'^absl::Status (\w+)\(', re.MULTILINE)

# Waiting in a test is done by what is here, which waits for something.
SLEEPERS = ('test/support/',)

CODE_FOLDERS = ('src', 'apps', 'test', 'bench')
CODE = ('.cc', '.h')
SCRIPTS = ('.py', '.sh', '.js', '.mjs')
SKIPPED_FOLDERS = re.compile(r'^(\.git|\.cache|build.*|node_modules|__pycache__)$')

FOLDER = re.compile(r'^zerotouch_folder\((\w+)\s+LINKS\s+([^)]*)\)', re.MULTILINE)
TEST_FILE = re.compile(r'_test(_base)?\.(cc|h)$')
INCLUDE = re.compile(r'#include "(\w+)/')
LINK = re.compile(r'\]\(([^)#\s]+)(#[^)]*)?\)')
PATH_IN_TEXT = re.compile(r'`((?:src|apps|test|bench|proto|scripts|cmake|docs)/[\w./-]*)`')


class Checker:
    def __init__(self, root):
        self.root = root
        self.found = []

    def note(self, path, line, text):
        self.found.append(f'{path}:{line}: {text}')

    def files(self):
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(f for f in folders if not SKIPPED_FOLDERS.match(f))
            for name in sorted(names):
                yield os.path.relpath(os.path.join(folder, name), self.root)

    def read(self, path):
        with open(os.path.join(self.root, path), encoding='utf-8') as file:
            return file.read()

    def run(self):
        self.layers = self.read_layers()
        for path in self.files():
            if path.startswith(tuple(f + '/' for f in CODE_FOLDERS)):
                if path.endswith(CODE):
                    self.check_code(path)
                elif path.endswith(SCRIPTS):
                    self.check_lengths(path, self.read(path).splitlines())
            if path.endswith('.md'):
                self.check_document(path)
            if os.path.basename(path) == 'package-lock.json':
                self.check_lock_file(path)
        self.check_errors()
        self.check_error_texts()
        return self.found

    def read_layers(self):
        """What each folder of src/ reaches through its LINKS, itself included."""
        reached = {}
        text = self.read('CMakeLists.txt')
        for match in FOLDER.finditer(text):
            name = match.group(1)
            reached[name] = {name}
            for link in re.findall(r'\bzt_(\w+)', match.group(2)):
                if link == 'proto':
                    continue
                if link not in reached:
                    line = text.count('\n', 0, match.start()) + 1
                    self.note('CMakeLists.txt', line, f'{name} links {link}, which stands below it')
                    continue
                reached[name] |= reached[link]
        return reached

    def check_code(self, path):
        lines = self.read(path).splitlines()
        self.check_lengths(path, lines)
        is_test = path.startswith('test/') or TEST_FILE.search(path)
        for number, line in enumerate(lines, 1):
            self.check_layer(path, number, line, is_test)
            for pattern, name, places in RESERVED:
                if pattern.search(line) and not is_among(path, places):
                    self.note(path, number, f'{name} is included in {", ".join(places)} alone')
            if is_test and 'sleep_for' in line and not is_among(path, SLEEPERS):
                self.note(path, number, 'tests do not sleep: wait for what is to happen '
                          '(test/support/wait.h)')

    def check_layer(self, path, number, line, is_test):
        parts = path.split('/')
        include = INCLUDE.match(line)
        if parts[0] != 'src' or not include:
            return
        folder, included = parts[1], include.group(1)
        if folder not in self.layers:
            self.note(path, number, f'src/{folder} is no zerotouch_folder of CMakeLists.txt')
        elif included == 'support' and not is_test:
            self.note(path, number, 'test/support is for tests')
        elif included in self.layers and included not in self.layers[folder]:
            self.note(path, number, f'{folder} may not include {included}: it stands above, '
                      'or is not linked (CMakeLists.txt)')

    def check_lengths(self, path, lines):
        if len(lines) > FILE_LINES:
            self.note(path, len(lines), f'more than {FILE_LINES} lines: split it by what it does')
        for number, line in enumerate(lines, 1):
            if len(line) > LINE_CHARACTERS:
                self.note(path, number, f'longer than {LINE_CHARACTERS} characters')

    def check_document(self, path):
        for number, line in enumerate(self.read(path).splitlines(), 1):
            for match in LINK.finditer(line):
                target = match.group(1)
                if '://' not in target and not target.startswith('mailto:'):
                    self.check_target(path, number, os.path.join(os.path.dirname(path), target))
            for match in PATH_IN_TEXT.finditer(line):
                self.check_target(path, number, match.group(1))

    def check_target(self, path, number, target):
        if not os.path.exists(os.path.join(self.root, target)):
            self.note(path, number, f'there is no {os.path.normpath(target)}')

    def check_errors(self):
        if not os.path.exists(os.path.join(self.root, ERRORS)):
            return
        declared = self.read(ERRORS)
        tested = self.read(ERRORS_TEST)
        for match in ERROR_FUNCTION.finditer(declared):
            if not re.search(rf'\berrors::{match.group(1)}\(', tested):
                self.note(ERRORS, declared.count('\n', 0, match.start()) + 1,
                          f'{match.group(1)} has no golden: add it to {ERRORS_TEST}')

    def check_error_texts(self):
        """Each text that code gives to an error, `{}` standing for anything,
        is in a golden file: so the error itself is asked for in a test."""
        goldens = ''.join(self.read(path) for path in self.files() if path.startswith(GOLDEN))
        for path in self.files():
            if not path.startswith('src/') or not path.endswith('.cc') or TEST_FILE.search(path):
                continue
            if path != ERRORS.replace('.h', '.cc'):
                self.check_texts(path, self.read(path), goldens)

    def check_texts(self, path, code, goldens):
        telling = TELLING_CALLS.get(path)
        calls = [*ERROR_CALL.finditer(code), *(telling.finditer(code) if telling else [])]
        for call in calls:
            for text in texts_in(arguments(code, call.end())):
                parts = [re.escape(part) for part in re.split(r'\{\w*\}', text)]
                if ' ' in text and not re.search('[^\n]*?'.join(parts), goldens):
                    self.note(path, code.count('\n', 0, call.start()) + 1,
                              f'no golden in {GOLDEN} has the error "{text}"')

    def check_lock_file(self, path):
        for number, line in enumerate(self.read(path).splitlines(), 1):
            if re.search(r'"resolved": "https?:', line):
                self.note(path, number, 'a lock file names no registry: npm config set '
                          'omit-lockfile-registry-resolved true')


def arguments(code, begin):
    """The text from behind a parenthesis up to the one that closes it."""
    depth, at = 1, begin
    while depth > 0 and at < len(code):
        text = TEXT.match(code, at)
        if text:
            at = text.end()
            continue
        depth += {'(': 1, ')': -1}.get(code[at], 0)
        at += 1
    return code[begin:at]


def texts_in(code):
    """The string literals, those that stand side by side as one."""
    for match in TEXT.finditer(code):
        yield ''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', match.group(0)))


def is_among(path, places):
    return any(path == p or (p.endswith('/') and path.startswith(p)) for p in places)


def main():
    default = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
    found = Checker(sys.argv[1] if len(sys.argv) > 1 else default).run()
    for violation in found:
        print(violation)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
