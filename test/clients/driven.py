# SPDX-License-Identifier: Apache-2.0
"""The records that docs/compatibility.md is made from.

A record is made by a test that has passed, from the log of the server that it
called: one line `driven METHOD TRANSPORT CLIENT STATUS` for each kind of call and
each status that it was answered with.
"""
import os

from methods import Methods


def forget(path):
    if os.path.exists(path):
        os.remove(path)


def record(path, client, log):
    """Writes the record of `client` to `path`; False if it has driven nothing."""
    lines = [f'driven {method} {transport} {client} {status}\n'
             for method, transport, status in sorted(Methods().driven(log))]
    if lines:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as file:
            file.writelines(lines)
    return bool(lines)


def read(folder):
    """All records: a set of (METHOD, TRANSPORT, CLIENT, STATUS)."""
    found = set()
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        with open(os.path.join(folder, name), encoding='utf-8') as file:
            found.update(tuple(line.split()[1:]) for line in file)
    return found
