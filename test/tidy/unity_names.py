#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Refuses functions, types and constants of one name in the unnamed namespaces of
files that are compiled together.

A unity build (cmake/toolchain.cmake) compiles several files of a target as one.
Two types or constants of the same name do not compile then, nor do two functions
of the same name and parameters. With other parameters functions become overloads
of each other, and a call can silently reach the wrong one.

usage: unity_names.py [ROOT]    prints each violation; exit code 1 if any
"""
import collections
import os
import re
import sys

NAMESPACE = re.compile(r'^namespace (zerotouch[\w:]*) \{', re.MULTILINE)
UNNAMED = re.compile(r'^namespace \{\n(.*?)^\}  // namespace$', re.MULTILINE | re.DOTALL)
FUNCTION = re.compile(
    r'^(?!TEST|INSTANTIATE|return|namespace|using|class|struct|enum)'
    r'[A-Za-z][\w:<>,&*\[\] ]*?[ &*](\w+)\([^;{}]*\)\s*(?:const )?\{', re.MULTILINE)
TYPE = re.compile(r'^(?:class|struct|union|enum(?: class)?) (\w+)[^;{}()]*\{', re.MULTILINE)
CONSTANT = re.compile(
    r'^(?:(?:inline|static) )*(?:constexpr|const) [^=;(){}]*?\b(\w+)(?:\[[^\]]*\])*\s*[={]',
    re.MULTILINE)

# Folders whose files are in no unity build.
APART = ('test/fuzz/', 'test/install/')


def target_of(path):
    """The target that compiles `path` (CMakeLists.txt, test/CMakeLists.txt)."""
    parts = path.split('/')
    if path.endswith('_bench.cc'):
        return path
    if path.endswith('_test.cc'):
        if parts[0] == 'src' and parts[1] in ('http', 'store'):
            return parts[1] + '_test'
        if parts[0] in ('src', 'apps') or parts[1] == 'conformance':
            return 'unit_test'
        if parts[1] in ('e2e', 'crash'):
            return 'e2e_test'
        if parts[1] in ('store', 'replicas'):
            return parts[1] + '_test'
    return '/'.join(parts[:2]) if len(parts) > 2 else parts[0]


def violations(root):
    places = collections.defaultdict(set)
    for top in ('src', 'apps', 'test', 'bench'):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                path = os.path.relpath(os.path.join(folder, name), root)
                if not path.endswith('.cc') or path.startswith(APART):
                    continue
                with open(os.path.join(root, path), encoding='utf-8') as file:
                    text = file.read()
                namespace = NAMESPACE.search(text)
                for block in UNNAMED.findall(text):
                    for declared in (FUNCTION.findall(block) + TYPE.findall(block) +
                                     CONSTANT.findall(block)):
                        key = (target_of(path), namespace.group(1) if namespace else '', declared)
                        places[key].add(path)
    return [f'{sorted(paths)[0]}: {name} is also in {", ".join(sorted(paths)[1:])}, '
            f'which is compiled with it: give it another name, or share it'
            for (_, _, name), paths in sorted(places.items()) if len(paths) > 1]


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), '..', '..')
    found = violations(root)
    print('\n'.join(found), end='\n' if found else '')
    sys.exit(1 if found else 0)


if __name__ == '__main__':
    main()
