# SPDX-License-Identifier: Apache-2.0
"""Checks who may include whom.

The order of the folders of src/ is read from CMakeLists.txt, where the build
has it: a folder may include itself and the folders that it links to. The rules
for subfolders and for libraries are here.
"""
import re

from tree import is_among, is_test, line_of

FOLDER = re.compile(r'^zerotouch_folder\((\w+)\s+(?:HEADERS \w+\s+)?LINKS\s+([^)]*)\)',
                    re.MULTILINE)
INCLUDE = re.compile(r'#include "((\w+)/[^"]*)"')

# The files that may include a library that can be replaced. A slash at the end
# makes it a folder.
RESERVED = [
    (re.compile(r'#include <boost/'), 'Boost', ('src/http/', 'test/', 'bench/limits/')),
    (re.compile(r'#include <prometheus/'), 'prometheus-cpp',
     ('src/wire/watch/prometheus_text.cc',)),
    (re.compile(r'#include <nghttp2/'), 'libnghttp2',
     ('src/http/http2/', 'test/support/', 'bench/limits/')),
    (re.compile(r'#include <libpq-fe\.h>'), 'libpq',
     ('src/store/postgres/', 'src/store/database_url.cc', 'test/support/', 'bench/')),
    (re.compile(r'#include <sqlite3\.h>'), 'SQLite',
     ('src/store/sqlite/', 'test/store/', 'test/e2e/startup_test.cc',
      'src/batch/engine_test_base.h',
      'bench/')),
]

# Files at the root of src/wire that its rooms share.
WIRE_SHARED = ('wire/methods.h', 'wire/method_names.h',
               'wire/dispatch.h', 'wire/public_error.h', 'wire/error_details.h',
               'wire/http_fault.h', 'wire/caller.h', 'wire/type_url.h', 'wire/api_services.h',
               'wire/target.h', 'wire/control_guard.h', 'wire/call_meter.h',
               'wire/fault_answers.h', 'wire/logged_bodies.h')
HTTP_ENGINE = ('http/socket.h', 'http/server.h', 'http/tls.h', 'http/connection.h', 'http/http1/',
               'http/http2/')

# For each room: what else it may include of its parent folder, and what it may
# not include although the folder links it. A test may include all of the parent.
ROOMS = [
    ('wire/rest/', ('wire/rest/', *WIRE_SHARED), HTTP_ENGINE),
    ('wire/grpc/', ('wire/grpc/', *WIRE_SHARED), HTTP_ENGINE),
    ('wire/watch/',
     ('wire/watch/', 'wire/rest/error_json.h', 'wire/rest/responses.h', *WIRE_SHARED),
     HTTP_ENGINE),
    ('wire/describe/', ('wire/describe/', 'wire/rest/', *WIRE_SHARED), HTTP_ENGINE),
    ('wire/portal/', ('wire/portal/', *WIRE_SHARED), HTTP_ENGINE),
    ('store/sqlite/', None, ('store/postgres/',)),
    ('store/postgres/', None, ('store/sqlite/',)),
    ('store/archive/', None, ('store/sqlite/', 'store/postgres/')),
]

PROTOBUF = re.compile(r'#include ["<](google/|grpc/|[^">]*\.pb\.h[">])')
WITHOUT_PROTOBUF = ('src/http/', 'src/base/', 'src/crypto/')

SQL = re.compile(r'R?"(?:sql)?\(?\s*(SELECT\s+[\w*(]|INSERT INTO\s|DELETE FROM\s|UPDATE \w+ SET\s|'
                 r'CREATE (TABLE|INDEX)\s|ALTER TABLE\s|PRAGMA \w)')


def check(tree):
    reached = read_layers(tree)
    for path in tree.code():
        for number, line in enumerate(tree.read(path).splitlines(), 1):
            if line.startswith('#include'):
                check_include(tree, reached, path, number, line)
            elif SQL.search(line) and in_product(path) and not path.startswith('src/store/'):
                tree.note(path, number, 'SQL belongs into src/store')


def in_product(path):
    return path.startswith(('src/', 'apps/')) and not is_test(path)


def read_layers(tree):
    """Returns the folders of src/ that each folder reaches through its LINKS."""
    reached = {}
    text = tree.read('CMakeLists.txt')
    known = {match.group(1) for match in FOLDER.finditer(text)}
    for match in FOLDER.finditer(text):
        name = match.group(1)
        reached[name] = {name}
        for link in re.findall(r'\bzt_(\w+)', match.group(2)):
            if link in reached:
                reached[name] |= reached[link]
            elif link in known:
                tree.note('CMakeLists.txt', line_of(text, match.start()),
                          f'{name} links {link}, which is above it')
    return reached


def check_include(tree, reached, path, number, line):
    for pattern, name, places in RESERVED:
        if pattern.search(line) and not is_among(path, places):
            tree.note(path, number, f'only {", ".join(places)} may include {name}')
    if not path.startswith('src/'):
        return
    if PROTOBUF.search(line) and is_among(path, WITHOUT_PROTOBUF):
        tree.note(path, number, f'src/{path.split("/")[1]} does not know protobuf')
    include = INCLUDE.match(line)
    if include:
        check_layer(tree, reached, path, number, include.group(2))
        check_room(tree, path, number, include.group(1))


def check_layer(tree, reached, path, number, included):
    folder = path.split('/')[1]
    if folder not in reached:
        tree.note(path, number, f'CMakeLists.txt has no zerotouch_folder for src/{folder}')
    elif included == 'support' and not is_test(path):
        tree.note(path, number, 'test/support is for tests')
    elif included in reached and included not in reached[folder]:
        tree.note(path, number, f'{folder} may not include {included}: it is above, or is not '
                  'linked (CMakeLists.txt)')


def check_room(tree, path, number, included):
    for room, allowed, forbidden in ROOMS:
        if not path.startswith('src/' + room):
            continue
        parent = room.split('/')[0] + '/'
        outside = (allowed is not None and included.startswith(parent)
                   and not is_among(included, allowed))
        if is_test(path):  # a test may use the parent's test base, but not another room
            outside = outside and included.count('/') > 1
        if outside or is_among(included, forbidden):
            tree.note(path, number, f'src/{room} may not include {included}')
