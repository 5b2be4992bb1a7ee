#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the tests of a build with the committed list, so that none is dropped
silently.

usage: test_list.py check|write LIST BUILD

LIST has a line for each test of CTest, with the sanitizers under which it runs
too, and a line for each GoogleTest that a program has. A GoogleTest that no test
of CTest runs is an error.
"""
import fnmatch
import json
import os
import subprocess
import sys

FILTER = '--gtest_filter='


def ctest_tests(build):
    """The tests that CTest knows: name, command, labels."""
    shown = subprocess.run(['ctest', '--test-dir', build, '--show-only=json-v1'],
                           check=True, capture_output=True, text=True).stdout
    for test in json.loads(shown)['tests']:
        labels = []
        for entry in test.get('properties', []):
            if entry['name'] == 'LABELS':
                labels = entry['value']
        yield test['name'], test.get('command', []), labels


def google_tests(program):
    """The names of the tests of a GoogleTest program, as Suite.Test."""
    listed = subprocess.run([program, '--gtest_list_tests'], check=True, capture_output=True,
                            text=True).stdout
    suite = ''
    for line in listed.splitlines():
        name = line.split('#')[0].rstrip()
        if not line.startswith(' ') and name.endswith('.'):
            suite = name
        elif line.startswith('  '):
            yield suite + name.strip()


def filters_by_program(tests):
    filters = {}
    for _, command, _ in tests:
        programs = [part for part in command if os.path.basename(part).endswith('_test')]
        patterns = [part[len(FILTER):] for part in command if part.startswith(FILTER)]
        if programs and patterns:
            filters.setdefault(programs[-1], []).extend(patterns[0].strip(':').split(':'))
    return filters


def lines_of(build):
    """The lines of the list, and the GoogleTests that nothing runs."""
    tests = list(ctest_tests(build))
    lines = []
    for name, _, labels in tests:
        under = [label for label in ('asan', 'tsan') if label in labels]
        lines.append(' '.join(['ctest', name, 'dev'] + under))
    not_run = []
    for program, patterns in filters_by_program(tests).items():
        for test in google_tests(program):
            lines.append(f'{os.path.basename(program)} {test}')
            if not any(fnmatch.fnmatchcase(test, pattern) for pattern in patterns):
                not_run.append(f'{os.path.basename(program)} {test}')
    return sorted(lines), not_run


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in ('check', 'write'):
        sys.exit(__doc__)
    _, action, path, build = sys.argv
    lines, not_run = lines_of(build)
    for test in not_run:
        print(f'{test}: no test of CTest runs it (test/CMakeLists.txt)')
    if action == 'write':
        with open(path, 'w', encoding='utf-8') as file:
            file.writelines(line + '\n' for line in lines)
        sys.exit(1 if not_run else 0)
    with open(path, encoding='utf-8') as file:
        listed = file.read().splitlines()
    for line in sorted(set(listed) - set(lines)):
        print(f'missing: {line}')
    for line in sorted(set(lines) - set(listed)):
        print(f'not listed: {line}')
    if lines != listed or not_run:
        print(f'{path} is the list of tests. If the change is meant: make test-list')
        sys.exit(1)


if __name__ == '__main__':
    main()
