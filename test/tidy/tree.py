# SPDX-License-Identifier: Apache-2.0
"""The files of a checkout, and the list of violations found in them."""
import os
import re

SKIPPED_FOLDERS = re.compile(r'^(\.git|\.cache|build.*|dist|node_modules|__pycache__)$')
CODE_FOLDERS = ('src/', 'apps/', 'test/', 'bench/')
TEST_FILE = re.compile(r'_test(_base)?\.(cc|h)$')


class Tree:
    """Reads each file once. `found` holds the violations as FILE:LINE: TEXT."""

    def __init__(self, root):
        self.root = root
        self.found = []
        self._texts = {}
        self.paths = list(self._walk())

    def _walk(self):
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(f for f in folders if not SKIPPED_FOLDERS.match(f))
            for name in sorted(names):
                yield os.path.relpath(os.path.join(folder, name), self.root)

    def read(self, path):
        if path not in self._texts:
            with open(os.path.join(self.root, path), encoding='utf-8', errors='replace') as file:
                self._texts[path] = file.read()
        return self._texts[path]

    def exists(self, path):
        return os.path.exists(os.path.join(self.root, path))

    def note(self, path, line, text):
        self.found.append(f'{path}:{line}: {text}')

    def code(self):
        """The C++ files of this project."""
        return [p for p in self.paths if p.startswith(CODE_FOLDERS) and p.endswith(('.cc', '.h'))]


def is_test(path):
    return path.startswith('test/') or bool(TEST_FILE.search(path))


def line_of(text, position):
    return text.count('\n', 0, position) + 1


def is_among(path, places):
    """True if `path` is one of `places`, or is below one that ends with a slash."""
    return any(path == p or (p.endswith('/') and path.startswith(p)) for p in places)
