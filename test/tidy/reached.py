# SPDX-License-Identifier: Apache-2.0
"""Checks that each file is used: a header is included, a source file is built,
a script is run, a page can be reached by links from README.md.
"""
import os
import re

# Where people and tools start. Nothing refers to these.
STARTS = ('README.md', '.github/', '.devcontainer/', '.ci/', 'Makefile', 'CMakeLists.txt',
          'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md')
# Built by a script beside them, not by add_subdirectory.
OWN_PROJECTS = ('test/install/CMakeLists.txt',)
SCRIPTS = ('.py', '.sh', '.js', '.mjs')

INCLUDE = re.compile(r'^#include "([^"]+)"', re.MULTILINE)
LINK = re.compile(r'\]\(([^)#\s]+)(#[^)]*)?\)')
GLOB = re.compile(r'file\(GLOB(?:_RECURSE)?\s+([^)]*)\)')


def check(tree):
    for find, text in ((dead_headers, 'nothing includes this header'),
                       (dead_sources, 'no CMakeLists.txt builds this file'),
                       (dead_lists, 'no add_subdirectory reads this file'),
                       (dead_scripts, 'nothing refers to this script'),
                       (dead_pages, 'no page that README.md leads to links to this one')):
        for path in find(tree):
            if not path.startswith(STARTS):
                tree.note(path, 1, f'{text}: use it or delete it')


def dead_headers(tree):
    included = set()
    for path in tree.code():
        for name in INCLUDE.findall(tree.read(path)):
            folder = os.path.dirname(path)
            included |= {f'{root}{name}' for root in ('src/', 'apps/', 'test/', '')}
            included.add(os.path.normpath(os.path.join(folder, name)))
    return [p for p in tree.code() if p.endswith('.h') and p not in included]


def dead_sources(tree):
    """A folder of src/ is globbed by zerotouch_folder (cmake/folders.cmake). Others are
    globbed by some CMakeLists.txt, or named by one at or above them."""
    globs = [pattern for path in tree.paths if path.endswith('CMakeLists.txt')
             for pattern in globs_of(os.path.dirname(path), tree.read(path))]
    for path in tree.code():
        if path.endswith('.cc') and not path.startswith('src/'):
            if not any(glob.fullmatch(path) for glob in globs) and not is_named(tree, path):
                yield path


def globs_of(folder, listing):
    """Yields the patterns of the listing's file(GLOB ...), for paths from the root."""
    for words in GLOB.findall(listing):
        for word in words.split():
            if '*' in word:
                from_root = word.removeprefix('${PROJECT_SOURCE_DIR}/')
                path = from_root if from_root != word else os.path.join(folder, word)
                yield re.compile(re.sub(r'\\\$\\\{\w+\\\}|\\\*', '[^/]*', re.escape(path)))


def is_named(tree, path):
    stem = re.escape(re.sub(r'(_fuzz)?\.cc$', '', os.path.basename(path)))
    name = re.compile(rf'(?<![\w/])(?:[\w.]+/)*{stem}(?:\.cc)?(?![\w.])')
    folder = os.path.dirname(path)
    listings = [os.path.join(folder, 'CMakeLists.txt')]
    while folder:
        folder = os.path.dirname(folder)
        listings.append(os.path.join(folder, 'CMakeLists.txt'))
    return any(listing in tree.paths and name.search(tree.read(listing)) for listing in listings)


def dead_lists(tree):
    """Yields each CMakeLists.txt that no folder above adds, and each module that none includes."""
    texts = {p: tree.read(p) for p in tree.paths if p.endswith(('CMakeLists.txt', '.cmake'))}
    added = {os.path.normpath(os.path.join(os.path.dirname(path), folder))
             for path, text in texts.items()
             for folder in re.findall(r'add_subdirectory\(([^\s)]+)', text)}
    for path in texts:
        if path.endswith('.cmake'):
            name = os.path.basename(path)
            used = any(name in text for other, text in texts.items() if other != path)
        else:
            used = os.path.dirname(path) in added or path in OWN_PROJECTS
        if not used:
            yield path


def dead_scripts(tree):
    scripts = [p for p in tree.paths if p.endswith(SCRIPTS) or
               (p.startswith('scripts/') and '.' not in os.path.basename(p))]
    readers = [p for p in tree.paths if p.endswith(
        SCRIPTS + ('.txt', '.cmake', '.md', '.cc', 'Makefile', 'run', '.json', '.yml')) or
        p.startswith('scripts/')]
    texts = {p: tree.read(p) for p in readers}
    for path in scripts:
        name = os.path.basename(path)
        module = re.escape(os.path.splitext(name)[0])
        used = re.compile(rf'(?<![\w.-]){re.escape(name)}(?![\w-])|'
                          rf'import {module}\b|from {module} import')
        # foreach(check a b) runs ${check}_test.py.
        subject = re.escape(name.removesuffix('_test.py'))
        looped = re.compile(rf'\b{subject}\b.*\}}_test\.py', re.DOTALL)
        if not any(used.search(text) or looped.search(text)
                   for other, text in texts.items() if other != path):
            yield path


def dead_pages(tree):
    pages = {p for p in tree.paths if p.endswith('.md')}
    reached, todo = set(), [p for p in pages if '/' not in p]
    while todo:
        page = todo.pop()
        if page in reached:
            continue
        reached.add(page)
        for match in LINK.finditer(tree.read(page)):
            target = os.path.normpath(os.path.join(os.path.dirname(page), match.group(1)))
            if target in pages:
                todo.append(target)
    return sorted(pages - reached)
