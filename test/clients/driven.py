# SPDX-License-Identifier: Apache-2.0
"""The records from which docs/compatibility.md is made.

A test that passes writes a record from the log of its server: a line
`driven METHOD TRANSPORT CLIENT STATUS` for each kind of call and each status.
"""
import os

from methods import Methods


def forget(path):
    if os.path.exists(path):
        os.remove(path)


def record(path, client, log):
    """Writes the record of `client` to `path`; returns False if it would be empty."""
    lines = [f'driven {method} {transport} {client} {status}\n'
             for method, transport, status in sorted(Methods().driven(log))]
    if lines:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as file:
            file.writelines(lines)
    return bool(lines)


def read(folder):
    """Returns all records as a set of (METHOD, TRANSPORT, CLIENT, STATUS)."""
    found = set()
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        with open(os.path.join(folder, name), encoding='utf-8') as file:
            found.update(tuple(line.split()[1:]) for line in file)
    return found
