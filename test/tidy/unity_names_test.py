#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests of unity_names.py."""
import os
import tempfile
import unittest

import unity_names

FILE = ('namespace zerotouch::x {{\nnamespace {{\n\n{}\n\n}}  // namespace\n'
        '}}  // namespace zerotouch::x\n')


class UnityNamesTest(unittest.TestCase):
    def found(self, files):
        with tempfile.TemporaryDirectory() as root:
            for path, code in files.items():
                os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
                with open(os.path.join(root, path), 'w', encoding='utf-8') as file:
                    file.write(FILE.format(code))
            return unity_names.violations(root)

    def test_overloads_in_one_folder_are_refused(self):
        found = self.found({'src/x/a.cc': 'int Wrong(int a) {\n  return a;\n}',
                            'src/x/b.cc': 'int Wrong(long a) {\n  return 2;\n}'})
        self.assertEqual(len(found), 1)
        self.assertIn('src/x/a.cc: Wrong is also in src/x/b.cc', found[0])

    def test_other_folders_and_one_files_overloads_are_not(self):
        self.assertEqual(self.found({'src/x/a.cc': 'int F(int a) {\n  return a;\n}\n'
                                                   'int F(long a) {\n  return 2;\n}',
                                     'src/y/b.cc': 'int F(int a) {\n  return a;\n}'}), [])

    def test_types_are_refused(self):
        for kind in ('class A final : public B', 'struct A', 'enum class A : uint8_t'):
            found = self.found({'src/x/a.cc': kind + ' {\n  kOne,\n};',
                                'src/x/b.cc': 'struct A {};'})
            self.assertEqual(len(found), 1, kind)
        self.assertEqual(self.found({'src/x/a.cc': 'struct A;', 'src/x/b.cc': 'struct A {};'}), [])

    def test_constants_are_refused(self):
        for constant in ('constexpr int kA = 1;', 'constexpr char kA[] = "x";', 'const B kA{1};'):
            found = self.found({'bench/a.cc': constant, 'bench/b.cc': 'constexpr int kA = 2;'})
            self.assertEqual(len(found), 1, constant)

    def test_members_are_not(self):
        member = 'struct {} {{\n  int F(int a) {{\n    return a;\n  }}\n}};'
        self.assertEqual(self.found({'src/x/a.cc': member.format('A'),
                                     'src/x/b.cc': member.format('B')}), [])

    def test_unit_tests_are_one_program(self):
        function = 'int F(int a) {\n  return a;\n}'
        self.assertEqual(len(self.found({'src/model/a_test.cc': function,
                                         'src/batch/b_test.cc': function})), 1)


if __name__ == '__main__':
    unittest.main()
