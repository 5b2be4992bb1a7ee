#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests that run_page.py refuses pages whose commands or outputs are wrong."""
import os
import tempfile
import unittest

import run_page


def run(page, has=()):
    with tempfile.TemporaryDirectory() as programs:
        with open(os.path.join(programs, 'zerotouchd'), 'w', encoding='utf-8') as file:
            file.write('#!/bin/sh\necho listening on "$ZEROTOUCH_LISTEN"\n')
            os.chmod(file.name, 0o755)
        return run_page.run(page, {'build/bin': programs}, has)[0]


def sh(text):
    return f'```sh\n{text}\n```\n'


def output(text):
    return f'```text\n{text}\n```\n'


class RunPageTest(unittest.TestCase):
    def refused(self, page, reason):
        with self.assertRaisesRegex(run_page.PageError, reason):
            run(page)

    def test_true_page_passes(self):
        self.assertEqual(2, run(sh('A=1\necho one; echo id 4711 of x') +
                                output('one\nid … of x') + sh('[ $A = 1 ]')))

    def test_program_of_the_checkout_is_run_on_a_free_port(self):
        run(sh('build/bin/zerotouchd') + output('listening on 127.0.0.1:0'))

    def test_failing_command_is_refused(self):
        self.refused('one\n\n' + sh('true\nfalse\ntrue'), 'line 3: a command failed, exit code 1')

    def test_failing_command_in_a_pipe_is_refused(self):
        self.refused(sh('false | cat'), 'a command failed')

    def test_wait_for_a_file_that_is_there_already_is_refused(self):
        start = 'echo >ready 2>log &\nuntil [ -s ready ]; do sleep 0.1; done\n'
        run(sh(start))
        self.refused(sh(start) + sh(start), 'line 6: waits for ready, which may be there')
        run(sh(start) + sh('rm ready\n' + start))
        start = ('start() {\n  echo >ready$1 \\\n 2>log &\n'
                 '  until [ -s ready$1 ]; do sleep 0.1; done\n}\n')
        self.refused(sh(start), 'line 1: waits for ready')

    def test_exit_before_the_end_is_refused(self):
        self.refused(sh('exit 0') + sh('true'), 'a command failed')

    def test_other_output_is_refused(self):
        self.refused(sh('echo two') + output('one'), 'line 4: the output differs')

    def test_more_output_is_refused(self):
        self.refused(sh('echo one; echo two') + output('one'), 'the output differs')

    def test_less_output_is_refused(self):
        self.refused(sh('echo one') + output('one\ntwo'), 'the output differs')

    def test_placeholder_stands_for_something(self):
        self.refused(sh("echo 'id '") + output('id …'), 'the output differs')

    def test_line_of_the_placeholder_stands_for_any_lines(self):
        run(sh('echo a; echo b; echo c; echo z') + output('a\n…\nz'))
        run(sh('echo a; echo z') + output('a\n…\nz'))

    def test_error_stream_is_output(self):
        self.refused(sh('echo oops >&2') + output('fine'), 'the output differs')

    def test_output_of_no_command_is_refused(self):
        self.refused(output('x') + sh('echo x'), 'line 1: the output of no command')
        self.refused(sh('echo x') + output('x') + output('x'), 'line 7: the output of no command')
        self.refused(sh('make test') + output('x') + sh('true'), 'line 4: the output of no')

    def test_file_is_written(self):
        run('Save as `hello.py`:\n\n```py\nprint("$HOME")\n```\n' +
            sh('/usr/bin/python3 hello.py') + output('$HOME'))

    def test_block_that_is_nothing_is_refused(self):
        self.refused('Some text.\n\n```go\nx\n```\n' + sh('true'),
                     'line 3: .*neither run nor a file')

    def test_installing_and_make_are_left_out(self):
        self.assertEqual(1, run(sh('make demo\nmake test') +
                                sh('sudo apt-get install x') + sh('true')))

    def test_make_beside_other_commands_is_run(self):
        self.refused(sh('make no-such-target\ntrue'), 'a command failed')

    def test_block_that_needs_something_is_run_where_it_is(self):
        page = '<!-- needs postgresql -->\n' + sh('echo two') + output('one') + sh('true')
        self.assertEqual(1, run(page))
        self.assertEqual(1, run(page, ['something']))
        with self.assertRaisesRegex(run_page.PageError, 'the output differs'):
            run(page, ['postgresql'])
        self.refused(page + output('x'), 'the output differs')

    def test_page_without_commands_is_refused(self):
        self.refused('text\n', 'no commands')


if __name__ == '__main__':
    unittest.main()
