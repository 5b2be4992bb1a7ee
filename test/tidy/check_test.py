#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Plants violations in a small tree, and expects check.py to name each."""
import os
import tempfile
import unittest

from check import Checker

TREE = {
    'CMakeLists.txt': ('zerotouch_folder(base LINKS fmt::fmt)\n'
                       'zerotouch_folder(store LINKS zt_base)\n'
                       'zerotouch_folder(wire LINKS zt_store Threads::Threads)\n'
                       'zerotouch_folder(client LINKS zt_base)\n'),
    'src/base/ids.h': '#include <string>\n',
    'src/store/store.h': '#include "base/ids.h"\n',
    'src/store/sqlite/view.cc': '#include <sqlite3.h>\n',
    'src/http/server.cc': '#include <boost/asio.hpp>\n#include "base/ids.h"\n',
    'src/wire/api_test.cc': '#include "support/temp_dir.h"\n',
    'src/client/client.cc': '#include "base/ids.h"\n',
    'test/support/wait.h': 'sleep_for(pause);\n',
    'docs/architecture.md': 'See `src/store` and [the readme](../README.md#start).\n',
    'README.md': '[docs](docs/architecture.md) [site](https://example.com/x)\n',
}


class CheckTest(unittest.TestCase):
    def violations(self, changes):
        with tempfile.TemporaryDirectory() as root:
            for path, text in {**TREE, **changes}.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)) or root, exist_ok=True)
                with open(os.path.join(root, path), 'w', encoding='utf-8') as file:
                    file.write(text)
            return Checker(root).run()

    def expect(self, place, text, changes):
        found = self.violations(changes)
        self.assertEqual(len(found), 1, found)
        self.assertTrue(found[0].startswith(place + ': '), found[0])
        self.assertIn(text, found[0])

    def test_a_good_tree_has_none(self):
        self.assertEqual(self.violations({}), [])

    def test_an_include_upwards(self):
        self.expect('src/base/ids.cc:1', 'base may not include wire',
                    {'src/base/ids.cc': '#include "http/http.h"\n'})

    def test_an_include_sideways(self):
        self.expect('src/client/call.cc:2', 'client may not include store',
                    {'src/client/call.cc': '#include "base/ids.h"\n#include "store/store.h"\n'})

    def test_a_link_upwards(self):
        self.expect('CMakeLists.txt:1', 'base links store',
                    {'CMakeLists.txt': 'zerotouch_folder(base LINKS zt_store)\n' +
                                       TREE['CMakeLists.txt'].split('\n', 1)[1]})

    def test_a_folder_that_the_build_does_not_know(self):
        self.expect('src/new/new.h:1', 'no zerotouch_folder',
                    {'src/new/new.h': '#include "base/ids.h"\n'})

    def test_test_support_in_code(self):
        self.expect('src/wire/api.cc:1', 'for tests',
                    {'src/wire/api.cc': '#include "support/x.h"\n'})

    def test_boost_elsewhere(self):
        self.expect('src/wire/api.cc:1', 'Boost',
                    {'src/wire/api.cc': '#include <boost/beast.hpp>\n'})

    def test_sqlite_elsewhere(self):
        self.expect('src/store/open.cc:1', 'SQLite',
                    {'src/store/open.cc': '#include <sqlite3.h>\n'})

    def test_a_long_file(self):
        self.expect('src/base/long.cc:501', '500 lines', {'src/base/long.cc': 'int x;\n' * 501})

    def test_a_long_line_counted_in_characters(self):
        self.expect('test/wide.cc:2', '100 characters',
                    {'test/wide.cc': 'ä' * 100 + '\n' + 'a' * 101 + '\n'})

    def test_a_test_that_sleeps(self):
        self.expect('src/wire/api_test.cc:1', 'do not sleep',
                    {'src/wire/api_test.cc': 'std::this_thread::sleep_for(x);\n'})

    def test_a_link_to_nothing(self):
        self.expect('docs/architecture.md:1', 'there is no docs/gone.md',
                    {'docs/architecture.md': '[gone](gone.md)\n'})

    def test_a_path_to_nothing(self):
        self.expect('README.md:1', 'there is no src/gone.cc', {'README.md': 'in `src/gone.cc`\n'})

    def test_a_lock_file_with_a_host(self):
        self.expect('test/clients/package-lock.json:1', 'names no registry',
                    {'test/clients/package-lock.json': '"resolved": "https://example.com/a.tgz"\n'})

    def test_an_error_without_a_golden(self):
        declared = ('namespace zerotouch::errors {\n'
                    '// 404.\n'
                    'absl::Status UnknownDevice();\n'
                    'absl::Status Unknown(std::string_view what);\n')
        tested = '{"UnknownDevice", errors::UnknownDevice()},\n'
        self.expect('src/errors/errors.h:4', 'Unknown has no golden',
                    {'CMakeLists.txt': 'zerotouch_folder(model LINKS fmt::fmt)\n' +
                                       TREE['CMakeLists.txt'],
                     'src/errors/errors.h': declared,
                     'test/conformance/errors_test.cc': tested})

    def test_an_error_text_without_a_golden(self):
        code = ('return errors::BadRequest({{"a",\n'
                '                            fmt::format("{} is (not) "\n'
                '                                        "there", a)}});\n')
        path, golden = 'src/store/check.cc', 'test/conformance/golden/errors.txt'
        self.assertEqual(self.violations({path: code, golden: '"x y is (not) there"'}), [])
        self.expect(path + ':1', 'has the error "{} is (not) there"',
                    {path: code, golden: '"it is (not)\nthere"'})


if __name__ == '__main__':
    unittest.main()
