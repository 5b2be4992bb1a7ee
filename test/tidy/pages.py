# SPDX-License-Identifier: Apache-2.0
"""Checks that the reference pages are complete: docs/methods.md has every method
and path of the protos, docs/settings.md every setting of zerotouchd, and each row of
docs/promises.md a test of test/tests.txt."""
import re

METHODS_PAGE = 'docs/methods.md'
PROTOS = ('proto/google/android/device/provisioning/v1/service.proto',
          'proto/google/longrunning/operations.proto')
SETTINGS_PAGE = 'docs/settings.md'
SETTINGS = 'apps/zerotouchd/settings.cc'

PROMISES_PAGE = 'docs/promises.md'
TESTS = 'test/tests.txt'

METHOD = re.compile(r'^service (\w+)|^ *rpc (\w+)\(|(?:get|post|put|patch|delete): "([^"]+)"',
                    re.MULTILINE)
SETTING = re.compile(r'^    \{"([a-z-]+)", "|^constexpr char k\w+\[\] = "([a-z]+(?:-[a-z]+)+)"',
                     re.MULTILINE)


def check(tree):
    if tree.exists(METHODS_PAGE):
        check_methods(tree)
    if tree.exists(SETTINGS_PAGE):
        check_settings(tree)
    if tree.exists(PROMISES_PAGE):
        check_promises(tree)


def check_methods(tree):
    page = tree.read(METHODS_PAGE)
    for proto in PROTOS:
        service = ''
        for match in METHOD.finditer(tree.read(proto)):
            service = match.group(1) or service
            wanted = f'{service}.{match.group(2)}' if match.group(2) else match.group(3)
            if wanted and f'`{wanted}`' not in page:
                tree.note(METHODS_PAGE, 1, f'{wanted} of {proto} is missing')


def check_settings(tree):
    page = tree.read(SETTINGS_PAGE)
    for match in SETTING.finditer(tree.read(SETTINGS)):
        name = match.group(1) or match.group(2)
        if f'| `{name}` |' not in page:
            tree.note(SETTINGS_PAGE, 1, f'the setting {name} of {SETTINGS} is missing')


def check_promises(tree):
    """A line of TESTS is a program, a test with the names of its instances around it,
    and the sanitizers that it runs under."""
    tests = {re.sub(r'^\w+/(?=\w+\.)|(?<=\w)/[^/ ]+$', '', line.split()[1])
             for line in tree.read(TESTS).splitlines()}
    for number, line in enumerate(tree.read(PROMISES_PAGE).splitlines(), 1):
        if not line.startswith('| ') or line.startswith('| promise |'):
            continue
        named = re.findall(r'`([\w/+.-]+)`', line.split(' | ')[1])
        if not named:
            tree.note(PROMISES_PAGE, number, 'name the test of this promise')
        for name in named:
            if name not in tests:
                tree.note(PROMISES_PAGE, number, f'{name} is not a test of {TESTS}')
