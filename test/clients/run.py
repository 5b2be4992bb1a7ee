#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the test of a client against zerotouchd, and records its calls.

usage: run.py ZEROTOUCHD RECORD CLIENT COMMAND...      exit code 1 if the command fails

Starts two sandboxes for the command. Their ready lines are in the files of the
variables ZEROTOUCH_SANDBOX and ZEROTOUCH_SLOW_SANDBOX; the second sandbox never
finishes a batch. A command that starts its own servers has the word ZEROTOUCHD among
its arguments, which is replaced by the program. The record (driven.py) is written
only if the command succeeds.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import driven

SLOW = ('--operation-items-per-second', '0.01')


def environment():
    # Ignores the settings of the caller's shell, which are for other servers.
    return {name: value for name, value in os.environ.items()
            if not name.startswith(('ZEROTOUCH_', 'GOOGLE_'))}


def logging_program(program, folder):
    """Returns a wrapper of the program that keeps its log, and the path of the log."""
    path, log = os.path.join(folder, 'zerotouchd'), os.path.join(folder, 'server.log')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(f'#!/bin/sh\nexec {os.path.abspath(program)} "$@" 2>>{log}\n')
    os.chmod(path, 0o755)
    open(log, 'w', encoding='utf-8').close()
    return path, log


class Sandbox:
    """A sandbox; the file `ready` has its ready line."""

    def __init__(self, program, folder, name, *arguments):
        self.ready = os.path.join(folder, name + '.json')
        self.server = subprocess.Popen(
            [program, 'sandbox', '--listen', '127.0.0.1:0', '--data-dir',
             os.path.join(folder, name), *arguments], stdout=subprocess.PIPE, env=environment())
        with open(self.ready, 'wb') as file:
            file.write(self.server.stdout.readline())

    def has_started(self):
        return os.path.getsize(self.ready) > 0

    def stop(self):
        self.server.send_signal(signal.SIGTERM)
        self.server.stdout.close()
        return self.server.wait()


def run_with_sandboxes(program, folder, command):
    sandboxes = {'ZEROTOUCH_SANDBOX': Sandbox(program, folder, 'sandbox'),
                 'ZEROTOUCH_SLOW_SANDBOX': Sandbox(program, folder, 'slow', *SLOW)}
    try:
        if not all(sandbox.has_started() for sandbox in sandboxes.values()):
            return 'a sandbox did not start'
        code = subprocess.call(command, env=environment() | {
            name: sandbox.ready for name, sandbox in sandboxes.items()})
    finally:
        ends = [sandbox.stop() for sandbox in sandboxes.values()]
    return code or (f'the sandboxes ended with {ends}' if any(ends) else 0)


def run(program, record, client, command):
    driven.forget(record)
    if not shutil.which(command[0]):
        return f'{command[0]} is missing; install it with: scripts/install-deps test'
    with tempfile.TemporaryDirectory(prefix='zerotouch-client-') as folder:
        program, log = logging_program(program, folder)
        if 'ZEROTOUCHD' in command:
            command = [program if word == 'ZEROTOUCHD' else word for word in command]
            result = subprocess.call(command, env=environment())
        else:
            result = run_with_sandboxes(program, folder, command)
        with open(log, encoding='utf-8') as file:
            text = file.read()
    if result:
        sys.stderr.writelines(line + '\n' for line in text.splitlines()
                              if '"level":"error"' in line)
        return result if isinstance(result, str) else f'{command[0]} ended with {result}'
    return None if driven.record(record, client, text) else 'it passed, but made no call'


if __name__ == '__main__':
    sys.exit(run(*sys.argv[1:4], sys.argv[4:]) if len(sys.argv) > 4 else __doc__)
