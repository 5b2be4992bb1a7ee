#!/usr/bin/env python3
"""Runs the test of a client against zerotouchd, and records what it has driven.

usage: run.py ZEROTOUCHD RECORD CLIENT COMMAND...      exit code 1 if the command fails

A sandbox is started for the command, which finds its ready line in the file that
ZEROTOUCH_SANDBOX names. A command that starts servers of its own has the word
ZEROTOUCHD among its arguments, and gets the program in its place. The record
(driven.py) is made only if the command succeeds.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile

import driven


def environment():
    # What the caller's shell sets for a server of its own does not concern this one.
    return {name: value for name, value in os.environ.items()
            if not name.startswith(('ZEROTOUCH_', 'GOOGLE_'))}


def logging_program(program, folder):
    """The program, with its log kept, whoever starts it."""
    path, log = os.path.join(folder, 'zerotouchd'), os.path.join(folder, 'server.log')
    with open(path, 'w', encoding='utf-8') as file:
        file.write(f'#!/bin/sh\nexec {os.path.abspath(program)} "$@" 2>>{log}\n')
    os.chmod(path, 0o755)
    open(log, 'w', encoding='utf-8').close()
    return path, log


def run_with_sandbox(program, folder, command):
    server = subprocess.Popen(
        [program, 'sandbox', '--listen', '127.0.0.1:0', '--data-dir', os.path.join(folder, 'data')],
        stdout=subprocess.PIPE, env=environment())
    ready = os.path.join(folder, 'ready.json')
    with open(ready, 'wb') as file:
        file.write(server.stdout.readline())
    try:
        if not os.path.getsize(ready):
            return 'the sandbox did not start'
        code = subprocess.call(command, env=environment() | {'ZEROTOUCH_SANDBOX': ready})
    finally:
        server.send_signal(signal.SIGTERM)
        stopped = server.wait()
    return code or (f'the sandbox ended with {stopped}' if stopped else 0)


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
            result = run_with_sandbox(program, folder, command)
        with open(log, encoding='utf-8') as file:
            text = file.read()
    if result:
        sys.stderr.writelines(line + '\n' for line in text.splitlines()
                              if '"level":"error"' in line)
        return result if isinstance(result, str) else f'{command[0]} ended with {result}'
    return None if driven.record(record, client, text) else 'it passed, but has driven nothing'


if __name__ == '__main__':
    sys.exit(run(*sys.argv[1:4], sys.argv[4:]) if len(sys.argv) > 4 else __doc__)
