#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the code base where no compiler does.

usage: check.py [ROOT]           prints each violation as FILE:LINE: TEXT; exit code 1 if any

  layers.py     who may include whom
  functions.py  the length of functions
  reached.py    files that nothing uses
  pages.py      the reference pages, which must be complete
  words.py      the language of comments, texts and pages
  here          the length of files and lines, licence lines, links of pages, that every
                error that callers see has a golden test, and what the package needs
"""
import os
import re
import sys

sys.dont_write_bytecode = True

import functions
import layers
import pages
import reached
import words
from tree import CODE_FOLDERS, TEST_FILE, Tree, is_among, is_test, line_of

FILE_LINES = 500
LINE_CHARACTERS = 100

# The errors that callers see are declared in ERRORS; ERRORS_TEST has a golden of each.
ERRORS = 'src/errors/errors.h'
ERRORS_TEST = 'test/conformance/errors_test.cc'
GOLDEN = 'test/conformance/golden/'
ERROR_CALL = re.compile(r'\berrors::[A-Z]\w+\(')
# Other functions whose texts callers see, by file.
TELLING_CALLS = {
    'src/auth/assertion.cc': re.compile(r'\bInvalidArgumentError\('),
    'src/auth/token_endpoint.cc': re.compile(r'\breturn Error\('),
    'src/crypto/jwt.cc': re.compile(r'\bWrong\('),
    'src/json/text_reader.cc': re.compile(r'\bEndAt\('),
    'src/service/customers.cc': re.compile(r'\bNote\('),
    'src/wire/rest/batch_request.cc': re.compile(r'\bMalformedBatch\('),
    'src/wire/rest/multipart.cc': re.compile(r'\bMalformedPart\('),
}
TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"(?:\s*"(?:[^"\\]|\\.)*")*')
ERROR_FUNCTION = re.compile(r'^absl::Status (\w+)\(', re.MULTILINE)

# Only these may sleep: they wait for a condition.
SLEEPERS = ('test/support/',)

# The portal's code, whose texts are one file.
PORTAL = 'portal/src/'
PORTAL_TEXTS = 'portal/src/en.ts'

SCRIPTS = ('.py', '.sh', '.js', '.mjs', '.ts', '.tsx')
LICENCE = 'SPDX-License-Identifier: Apache-2.0'
LICENSED = ('.cc', '.h', '.cmake', '.py', '.sh', '.js', '.mjs', '.ts', '.tsx', '.css', '.go',
            '.java', '.proto', '.sql')

LINK = re.compile(r'\]\(([^)#\s]+)(#[^)]*)?\)')
# The script and the Debian package say which libraries the build needs.
INSTALLED = 'scripts/install-deps'
PACKAGE = 'packaging/debian/control'

PATH_IN_TEXT = re.compile(r'`((?:src|apps|test|bench|proto|scripts|cmake|docs)/[\w./-]*)`')


def check(tree):
    """Returns the violations in the tree."""
    for path in tree.paths:
        if path.startswith(CODE_FOLDERS) and path.endswith(('.cc', '.h') + SCRIPTS):
            check_lengths(tree, path)
        if path.startswith(PORTAL) and path.endswith(SCRIPTS) and path != PORTAL_TEXTS:
            check_file_length(tree, path)
            functions.check_components(tree, path)
        if is_licensed(tree, path):
            check_licence(tree, path)
        if path.endswith('.md'):
            check_document(tree, path)
        if os.path.basename(path) == 'package-lock.json':
            check_lock_file(tree, path)
    for path in tree.code():
        check_sleep(tree, path)
    layers.check(tree)
    functions.check(tree)
    reached.check(tree)
    pages.check(tree)
    words.check(tree)
    check_errors(tree)
    check_error_texts(tree)
    check_build_depends(tree)
    return tree.found


def check_file_length(tree, path):
    lines = len(tree.read(path).splitlines())
    if lines > FILE_LINES:
        tree.note(path, lines, f'more than {FILE_LINES} lines: split it by what it does')


def check_lengths(tree, path):
    check_file_length(tree, path)
    for number, line in enumerate(tree.read(path).splitlines(), 1):
        if len(line) > LINE_CHARACTERS:
            tree.note(path, number, f'longer than {LINE_CHARACTERS} characters')


def is_licensed(tree, path):
    """True for source files: by their ending, and scripts by their first line."""
    if path.endswith(LICENSED) or os.path.basename(path) == 'CMakeLists.txt':
        return True
    return '.' not in os.path.basename(path) and tree.read(path).startswith('#!')


def check_licence(tree, path):
    if LICENCE not in '\n'.join(tree.read(path).splitlines()[:3]):
        tree.note(path, 1, f'add the licence line "{LICENCE}"')


def check_sleep(tree, path):
    if not is_test(path) or is_among(path, SLEEPERS):
        return
    for number, line in enumerate(tree.read(path).splitlines(), 1):
        if 'sleep_for' in line:
            tree.note(path, number, 'tests do not sleep: wait for the condition '
                      '(test/support/wait.h)')


def check_document(tree, path):
    for number, line in enumerate(tree.read(path).splitlines(), 1):
        for match in LINK.finditer(line):
            target = match.group(1)
            if '://' not in target and not target.startswith('mailto:'):
                check_target(tree, path, number, os.path.join(os.path.dirname(path), target))
        for match in PATH_IN_TEXT.finditer(line):
            check_target(tree, path, number, match.group(1))


def check_target(tree, path, number, target):
    if not tree.exists(target):
        tree.note(path, number, f'there is no {os.path.normpath(target)}')


def check_errors(tree):
    if not tree.exists(ERRORS):
        return
    declared = tree.read(ERRORS)
    tested = tree.read(ERRORS_TEST)
    for match in ERROR_FUNCTION.finditer(declared):
        if not re.search(rf'\berrors::{match.group(1)}\(', tested):
            tree.note(ERRORS, line_of(declared, match.start()),
                      f'{match.group(1)} has no golden: add it to {ERRORS_TEST}')


def check_error_texts(tree):
    """Checks that each text that code gives to an error is in a golden file, `{}`
    matching anything: so a test causes the error."""
    goldens = ''.join(tree.read(path) for path in tree.paths if path.startswith(GOLDEN))
    for path in tree.code():
        if not path.startswith('src/') or not path.endswith('.cc') or TEST_FILE.search(path):
            continue
        if path != ERRORS.replace('.h', '.cc'):
            check_texts(tree, path, goldens)


def check_texts(tree, path, goldens):
    code = tree.read(path)
    telling = TELLING_CALLS.get(path)
    for call in [*ERROR_CALL.finditer(code), *(telling.finditer(code) if telling else [])]:
        for text in texts_in(arguments(code, call.end())):
            parts = [re.escape(part) for part in re.split(r'\{\w*\}', text)]
            if ' ' in text and not re.search('[^\n]*?'.join(parts), goldens):
                tree.note(path, line_of(code, call.start()),
                          f'no golden in {GOLDEN} has the error "{text}"')


def check_build_depends(tree):
    """Checks that the Debian package declares the libraries that the build installs."""
    if not tree.exists(INSTALLED):
        return
    wanted = re.search(r'^build=\(([^)]*)\)', tree.read(INSTALLED), re.MULTILINE).group(1)
    declared = re.split(r'[\s,]+', tree.read(PACKAGE))
    for name in wanted.split():
        if name.endswith('-dev') and name not in declared:
            tree.note(PACKAGE, 1, f'Build-Depends lacks {name}, which {INSTALLED} installs')


def check_lock_file(tree, path):
    for number, line in enumerate(tree.read(path).splitlines(), 1):
        if re.search(r'"resolved": "https?:', line):
            tree.note(path, number, 'a lock file names no registry: npm config set '
                      'omit-lockfile-registry-resolved true')


def arguments(code, begin):
    """Returns the text from behind a parenthesis up to the one that closes it."""
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
    """Yields the string literals, with adjacent ones joined."""
    for match in TEXT.finditer(code):
        yield ''.join(re.findall(r'"((?:[^"\\]|\\.)*)"', match.group(0)))


def main():
    given = sys.argv[1:]
    default = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
    tree = Tree(given[0] if given else default)
    found = check(tree)
    for violation in found:
        print(violation)
    return 1 if found else 0


if __name__ == '__main__':
    sys.exit(main())
