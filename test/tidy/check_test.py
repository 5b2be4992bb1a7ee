#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants violations in a small tree and expects check.py to name each."""
import os
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True

import functions
from check import check
from tree import Tree

CMAKE = ('# SPDX-License-Identifier: Apache-2.0\n'
         'zerotouch_folder(base LINKS fmt::fmt)\n'
         'zerotouch_folder(http LINKS zt_base zt_asio)\n'
         'zerotouch_folder(store LINKS zt_base)\n'
         'zerotouch_folder(wire LINKS zt_http zt_store Threads::Threads)\n'
         'zerotouch_folder(client LINKS zt_base)\n'
         'file(GLOB tests test/*_test.cc)\n')
TREE = {
    'CMakeLists.txt': CMAKE,
    'src/base/ids.h': '#include <string>\n',
    'src/store/store.h': '#include "base/ids.h"\nconst char* sql = "SELECT id FROM devices";\n',
    'src/store/sqlite/view.cc': '#include <sqlite3.h>\n#include "store/store.h"\n',
    'src/http/server.h': '',
    'src/http/server.cc': '#include <boost/asio.hpp>\n#include "http/server.h"\n',
    'src/wire/methods.h': '',
    'src/wire/api.h': '',
    'src/wire/rest/query.h': '',
    'src/wire/rest/routes.h': '',
    'src/wire/rest/query.cc': '#include "wire/methods.h"\n#include "wire/rest/query.h"\n',
    'src/wire/rest/query_test.cc': '#include "wire/api.h"\n#include "wire/rest/routes.h"\n',
    'src/wire/api_test.cc': '#include "support/wait.h"\n',
    'src/client/client.cc': '#include "base/ids.h"\n',
    'test/support/wait.h': 'sleep_for(pause);\n',
    'docs/architecture.md': 'See `src/store` and [the readme](../README.md#start).\n',
    'README.md': '[docs](docs/architecture.md) [site](https://example.com/x)\n',
}


def long_function(lines):
    return 'int F() {\n' + '  ++x;\n' * (lines - 2) + '}\n'


class CheckTest(unittest.TestCase):
    def planted(self, root, changes):
        """Writes the tree. C++ files get a licence line, so their lines count from 2."""
        for path, text in {**TREE, **changes}.items():
            if path.endswith(('.cc', '.h')) and text != 'int no_licence;\n':
                text = '// SPDX-License-Identifier: Apache-2.0\n' + text
            os.makedirs(os.path.dirname(os.path.join(root, path)) or root, exist_ok=True)
            with open(os.path.join(root, path), 'w', encoding='utf-8') as file:
                file.write(text)
        return Tree(root)

    def violations(self, changes):
        with tempfile.TemporaryDirectory() as root:
            return check(self.planted(root, changes))

    def expect(self, place, text, changes):
        found = self.violations(changes)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(place + ': '), found[0])
        self.assertIn(text, found[0])

    def test_a_good_tree_has_none(self):
        self.assertEqual(self.violations({}), [])


class LayersTest(CheckTest):
    def test_an_include_upwards(self):
        self.expect('src/base/ids.cc:2', 'base may not include wire',
                    {'src/base/ids.cc': '#include "wire/methods.h"\n'})

    def test_an_include_sideways(self):
        self.expect('src/client/call.cc:3', 'client may not include store',
                    {'src/client/call.cc': '#include "base/ids.h"\n#include "store/store.h"\n'})

    def test_a_link_upwards(self):
        self.expect('CMakeLists.txt:1', 'base links store',
                    {'CMakeLists.txt': 'zerotouch_folder(base LINKS zt_store)  ' +
                                       CMAKE.replace('\nzerotouch_folder(base LINKS fmt::fmt)',
                                                     '')})

    def test_a_folder_that_the_build_does_not_know(self):
        self.expect('src/new/new.cc:2', 'no zerotouch_folder',
                    {'src/new/new.cc': '#include "base/ids.h"\n'})

    def test_test_support_in_code(self):
        self.expect('src/wire/api.cc:2', 'for tests',
                    {'src/wire/api.cc': '#include "support/wait.h"\n'})

    def test_libraries_elsewhere(self):
        for name, line in (('Boost', '#include <boost/beast.hpp>\n'),
                           ('SQLite', '#include <sqlite3.h>\n'),
                           ('libpq', '#include <libpq-fe.h>\n'),
                           ('libnghttp2', '#include <nghttp2/nghttp2.h>\n')):
            self.expect('src/store/open.cc:2', name, {'src/store/open.cc': line})

    def test_protobuf_in_the_http_engine(self):
        for include in ('<google/protobuf/message.h>', '"google/rpc/status.pb.h"'):
            self.expect('src/http/body.cc:2', 'does not know protobuf',
                        {'src/http/body.cc': f'#include {include}\n'})

    def test_a_store_that_includes_the_other(self):
        self.expect('src/store/sqlite/open.cc:2', 'src/store/sqlite/ may not include',
                    {'src/store/sqlite/open.cc': '#include "store/postgres/pool.h"\n'})
        self.expect('src/store/postgres/open.cc:2', 'src/store/postgres/ may not include',
                    {'src/store/postgres/open.cc': '#include "store/sqlite/view.h"\n'})
        self.expect('src/store/archive/rows.cc:2', 'src/store/archive/ may not include',
                    {'src/store/archive/rows.cc': '#include "store/sqlite/view.h"\n'})

    def test_a_room_of_wire_that_includes_another(self):
        self.expect('src/wire/grpc/call.cc:2', 'src/wire/grpc/ may not include',
                    {'src/wire/grpc/call.cc': '#include "wire/rest/query.h"\n'})
        self.expect('src/wire/rest/call.cc:2', 'src/wire/rest/ may not include',
                    {'src/wire/rest/call.cc': '#include "wire/grpc/status.h"\n'})
        self.expect('src/wire/rest/call_test.cc:2', 'src/wire/rest/ may not include',
                    {'src/wire/rest/call_test.cc': '#include "wire/grpc/status.h"\n'})
        self.assertEqual([], self.violations(
            {'src/wire/describe/all.cc': '#include "wire/rest/query.h"\n'}))

    def test_a_room_of_wire_that_includes_the_root(self):
        self.expect('src/wire/rest/call.cc:2', 'may not include wire/api.h',
                    {'src/wire/rest/call.cc': '#include "wire/api.h"\n'})

    def test_a_room_of_wire_that_sees_a_socket(self):
        self.expect('src/wire/rest/call.cc:2', 'may not include http/server.h',
                    {'src/wire/rest/call.cc': '#include "http/server.h"\n'})

    def test_sql_outside_the_store(self):
        for sql in ('"SELECT * FROM devices"', '"DELETE FROM claims"', '"UPDATE a SET b = 1"',
                    '"PRAGMA user_version"'):
            self.expect('src/wire/api.cc:2', 'SQL',
                        {'src/wire/api.cc': f'const char* sql = {sql};\n'})


class FunctionsTest(CheckTest):
    def test_a_long_function(self):
        self.assertEqual([], self.violations({'src/base/f.cc': long_function(60)}))
        self.expect('src/base/f.cc:2', 'F has 61 lines', {'src/base/f.cc': long_function(61)})

    def test_a_function_in_a_class_in_a_namespace(self):
        code = ('namespace a {\nclass B final : public C {\n public:\n' + long_function(61) +
                '};\n}\n')
        self.expect('src/base/f.cc:5', 'F has 61 lines', {'src/base/f.cc': code})

    def test_a_class_is_no_function(self):
        code = 'class ABSL_LOCKABLE A {\n' + '  int x();\n' * 80 + '};\n'
        self.assertEqual([], self.violations({'src/base/f.cc': code}))

    def test_a_long_component(self):
        def component(lines):
            return ('// SPDX-License-Identifier: Apache-2.0\nexport function A({\n  b,\n}: {\n'
                    '  b: string;\n}) {\n' + '  c();\n' * (lines - 6) + '}\n')
        self.assertEqual([], self.violations({'portal/src/a.tsx': component(120)}))
        self.expect('portal/src/a.tsx:2', 'A has 121 lines', {'portal/src/a.tsx': component(121)})

    def names(self, code):
        return [(line, name, lines) for line, name, lines in functions.functions(code)]

    def test_reads_what_a_function_may_look_like(self):
        self.assertEqual([(1, 'A::A', 3)],
                         self.names('A::A(int b)\n    : b_(b), c_{1}, d_{} {\n}\n'))
        self.assertEqual([(2, 'Get', 3)],
                         self.names('\nauto Get() const noexcept -> std::vector<int> {\n  x();\n}'))
        self.assertEqual([(1, 'TEST', 4)],
                         self.names('TEST(A, B) {\n  auto f = [](int) {\n    if (x) {}\n  }; }\n'))
        self.assertEqual([(1, 'Set', 1), (2, 'Get', 1)],
                         self.names('void Set() ZT_REQUIRES(mutex_) {}\nint Get() { return 1; }\n'))

    def test_reads_no_brace_in_a_comment_or_literal(self):
        self.assertEqual([(1, 'F', 4)], self.names(
            'int F() {  // {\n  a("{");  /* { */\n  b(R"x({{)x", \'{\', 1\'000);\n}\n'))
        self.assertEqual([(3, 'F', 1)], self.names('#define A(x) \\\n  if (x) {\nint F() {}\n'))

    def test_reads_no_table_as_a_function(self):
        self.assertEqual([], self.names('const Row kRows[] = {\n  {F(1), 2},\n  {G(), 3},\n};\n'))


class ReachedTest(CheckTest):
    def test_a_header_that_nothing_includes(self):
        self.expect('src/base/new.h:1', 'nothing includes', {'src/base/new.h': ''})

    def test_a_source_that_nothing_builds(self):
        self.expect('bench/new.cc:1', 'builds this', {'bench/new.cc': ''})
        self.assertEqual([], self.violations(
            {'bench/new.cc': '', 'CMakeLists.txt': CMAKE + 'add_executable(a bench/new.cc)\n'}))
        self.assertEqual([], self.violations({'test/new_test.cc': ''}))

    def test_a_list_that_nothing_adds(self):
        listing = '# SPDX-License-Identifier: Apache-2.0\n'
        self.expect('bench/CMakeLists.txt:1', 'add_subdirectory',
                    {'bench/CMakeLists.txt': listing})
        self.expect('cmake/new.cmake:1', 'add_subdirectory', {'cmake/new.cmake': listing})
        self.assertEqual([], self.violations(
            {'bench/CMakeLists.txt': listing,
             'CMakeLists.txt': CMAKE + 'add_subdirectory(bench)\n'}))

    def test_a_script_that_nothing_runs(self):
        script = '#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n'
        self.expect('scripts/new:1', 'refers to this script', {'scripts/new': script})
        self.assertEqual([], self.violations({'scripts/new': script,
                                              'README.md': TREE['README.md'] + 'scripts/new\n'}))

    def test_a_page_that_nothing_links_to(self):
        self.expect('docs/new.md:1', 'links to this one', {'docs/new.md': 'x\n'})


class WordsTest(CheckTest):
    def test_words_of_pages(self):
        for word in ('whoever calls', 'It shall stop', 'gives way', 'passes over', 'there is none',
                     'it is to be sent', 'Its patience ends', 'who comes'):
            self.expect('docs/architecture.md:1', 'say', {'docs/architecture.md': word + '\n'})

    def test_words_in_code_of_pages_are_not_looked_at(self):
        self.assertEqual([], self.violations(
            {'docs/architecture.md': '`whoever`\n```\nwhoever\n```\n'}))

    def test_how_comments_begin(self):
        for word in ('Whether it runs.', 'What it is.', 'That which runs.', 'Those of it.',
                     'Of these, one.'):
            self.expect('cmake/new.cmake:2', 'a text begins with',
                        {'cmake/new.cmake':
                             f'# SPDX-License-Identifier: Apache-2.0\nx()  # {word}\n',
                         'CMakeLists.txt': CMAKE + 'include(cmake/new.cmake)\n'})

    def test_how_comments_of_the_portal_begin(self):
        licence = '// SPDX-License-Identifier: Apache-2.0\n'
        for path in ('portal/src/page.ts', 'portal/src/page.tsx'):
            self.expect(f'{path}:2', 'a text begins with',
                        {path: licence + '// What a page shows.\n'})
            self.assertEqual([], self.violations({path: licence + '// Shows a page.\n'}))

    def test_how_paragraphs_and_list_items_begin(self):
        for word in ('What it is.', 'Some text.\n\nWhether it runs.', '# Title\nOf these, one.',
                     '- That which runs.', '1. What it is.', '```\nx\n```\nWhat it is.'):
            self.expect(f'docs/architecture.md:{word.count(chr(10)) + 1}', 'a text begins with',
                        {'docs/architecture.md': word + '\n'})
        self.assertEqual([], self.violations(
            {'docs/architecture.md': '# What it is\nIt says\nWhat it is.\n\n**What you did**:\n'}))

    def test_a_sentence_that_goes_on_in_the_next_line(self):
        self.assertEqual([], self.violations(
            {'cmake/new.cmake': '# SPDX-License-Identifier: Apache-2.0\n# Shows\n# What it is.\n',
             'CMakeLists.txt': CMAKE + 'include(cmake/new.cmake)\n'}))


class FilesTest(CheckTest):
    def test_a_long_file(self):
        self.expect('src/base/long.cc:501', '500 lines', {'src/base/long.cc': 'int x;\n' * 500})
        page = '// SPDX-License-Identifier: Apache-2.0\n' + 'x();\n' * 500
        self.expect('portal/src/long.tsx:501', '500 lines', {'portal/src/long.tsx': page})

    def test_a_long_line_counted_in_characters(self):
        self.expect('test/wide_test.cc:3', '100 characters',
                    {'test/wide_test.cc': 'ä' * 100 + '\n' + 'a' * 101 + '\n'})

    def test_a_file_without_a_licence_line(self):
        self.expect('src/base/new.cc:1', 'SPDX', {'src/base/new.cc': 'int no_licence;\n'})
        self.expect('portal/src/page.tsx:1', 'SPDX', {'portal/src/page.tsx': 'x();\n'})
        self.expect('test/run:1', 'SPDX', {'test/run': '#!/bin/sh\n'})

    def test_a_test_that_sleeps(self):
        self.expect('src/wire/api_test.cc:2', 'do not sleep',
                    {'src/wire/api_test.cc': 'std::this_thread::sleep_for(x);\n' +
                                             TREE['src/wire/api_test.cc']})

    def test_a_link_to_nothing(self):
        self.expect('docs/architecture.md:1', 'there is no docs/gone.md',
                    {'docs/architecture.md': '[gone](gone.md)\n'})

    def test_a_path_to_nothing(self):
        self.expect('README.md:2', 'there is no src/gone.cc',
                    {'README.md': TREE['README.md'] + 'in `src/gone.cc`\n'})

    def test_a_lock_file_with_a_host(self):
        self.expect('test/clients/package-lock.json:1', 'names no registry',
                    {'test/clients/package-lock.json': '"resolved": "https://example.com/a.tgz"\n'})

    def test_a_library_that_the_package_lacks(self):
        self.expect('packaging/debian/control:1', 'lacks libpq-dev',
                    {'scripts/install-deps': '# SPDX-License-Identifier: Apache-2.0\n'
                                             'build=(g++ libfmt-dev\n  libpq-dev)\n',
                     'README.md': TREE['README.md'] + 'scripts/install-deps\n',
                     'packaging/debian/control': 'Build-Depends: libfmt-dev,\n libpq5\n'})


class PagesTest(CheckTest):
    def test_a_method_that_its_page_lacks(self):
        tree = {'proto/google/android/device/provisioning/v1/service.proto':
                    '// SPDX-License-Identifier: Apache-2.0\nservice A {\n  rpc Get(B) {\n'
                    'get: "/v1/b" } }\n',
                'proto/google/longrunning/operations.proto':
                    '// SPDX-License-Identifier: Apache-2.0\n',
                'README.md': TREE['README.md'] + '[m](docs/methods.md)\n'}
        self.assertEqual([], self.violations({**tree, 'docs/methods.md': '`A.Get` `/v1/b`\n'}))
        self.expect('docs/methods.md:1', 'A.Get', {**tree, 'docs/methods.md': '`/v1/b`\n'})
        self.expect('docs/methods.md:1', '/v1/b', {**tree, 'docs/methods.md': '`A.Get`\n'})

    def test_a_setting_that_its_page_lacks(self):
        tree = {'apps/zerotouchd/settings.cc': 'kSettings = {\n    {"listen", "HOST"},\n};\n',
                'CMakeLists.txt': CMAKE + 'add(apps/zerotouchd/settings.cc)\n',
                'README.md': TREE['README.md'] + '[s](docs/settings.md)\n'}
        self.assertEqual([], self.violations({**tree, 'docs/settings.md': '| `listen` | |\n'}))
        self.expect('docs/settings.md:1', 'listen', {**tree, 'docs/settings.md': 'none\n'})

    def test_promises(self):
        tree = {'test/tests.txt': 'unit_test All/BoundTest.Holds/0 dev asan\nctest kill_test dev\n',
                'README.md': TREE['README.md'] + '[p](docs/promises.md)\n'}
        page = '| promise | test | tried |\n|---|---|---|\n'
        good = page + '| it holds | `BoundTest.Holds`, `kill_test` | 3 |\n'
        self.assertEqual([], self.violations({**tree, 'docs/promises.md': good}))
        self.expect('docs/promises.md:3', 'BoundTest.Breaks',
                    {**tree, 'docs/promises.md': page + '| it holds | `BoundTest.Breaks` | |\n'})
        self.expect('docs/promises.md:3', 'name the test',
                    {**tree, 'docs/promises.md': page + '| it holds | trust us | |\n'})


class ErrorsTest(CheckTest):
    def test_an_error_without_a_golden(self):
        declared = ('namespace zerotouch::errors {\n'
                    '// 404.\n'
                    'absl::Status UnknownDevice();\n'
                    'absl::Status Unknown(std::string_view what);\n')
        tested = '#include "errors/errors.h"\n{"UnknownDevice", errors::UnknownDevice()},\n'
        self.expect('src/errors/errors.h:5', 'Unknown has no golden',
                    {'CMakeLists.txt': 'zerotouch_folder(errors LINKS fmt::fmt)  ' +
                                       CMAKE.replace('test/', 'test/conformance/'),
                     'src/errors/errors.h': declared,
                     'test/conformance/errors_test.cc': tested})

    def test_an_error_text_without_a_golden(self):
        code = ('return errors::BadRequest({{"a",\n'
                '                            fmt::format("{} is (not) "\n'
                '                                        "there", a)}});\n')
        path, golden = 'src/store/check.cc', 'test/conformance/golden/errors.txt'
        self.assertEqual(self.violations({path: code, golden: '"x y is (not) there"'}), [])
        self.expect(path + ':2', 'has the error "{} is (not) there"',
                    {path: code, golden: '"it is (not)\nthere"'})


if __name__ == '__main__':
    unittest.main()
