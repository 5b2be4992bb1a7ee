#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares the table of docs/compatibility.md with the calls that the tests have made.

usage: compatibility.py check|write PAGE RECORDS

RECORDS is the folder of the records (driven.py) of a whole test run. `write` replaces
the table between the two marks of the page; `check` exits with 1 if the page has
another table.
"""
import difflib
import sys

import driven
from methods import Methods

BEGIN = '<!-- Made by `make compatibility` from what the tests have driven. -->\n'
END = '<!-- End of what is made. -->\n'
ANSWERED = ('200', 'OK')
NAMES = {'go': 'Go', 'java': 'Java', 'node': 'Node.js', 'python': 'Python', 'curl': 'curl',
         'zerotouch': '`zerotouch`', 'grpc-go': 'Go', 'grpc++': 'C++ (grpc++)',
         'grpcio': 'Python (grpcio)', 'grpc-js': 'Node.js (grpc-js)'}
TRANSPORTS = [('http1', 'HTTP/1.1 and JSON'), ('http2', 'HTTP/2 and JSON'),
              ('batch', 'A part of `POST /batch`'), ('grpc', 'gRPC')]


def cell(records, method, transport, client):
    answered = {status in ANSWERED for of, by, caller, status in records
                if (of, by, caller) == (method, transport, client)}
    return ' '.join(sign for sign, is_answer in (('+', True), ('−', False))
                    if is_answer in answered)


def refusals(records, transport, client):
    return ' '.join(sorted({f'`{status}`' for _, by, caller, status in records
                            if (by, caller) == (transport, client) and status not in ANSWERED}))


def row(cells):
    return '| ' + ' | '.join(cells) + ' |\n'


def methods_of(transport, methods):
    """Returns the ids of Google's methods, and then the names of ours, sorted."""
    return sorted(methods.ids) + (sorted(methods.extensions) if transport != 'batch' else [])


def table(records, methods):
    text = ''
    for transport, title in TRANSPORTS:
        clients = sorted({client for _, used, client, _ in records if used == transport},
                         key=lambda client: NAMES.get(client, client))
        if not clients:
            text += f'\n### {title}\n\nNot driven by any test.\n'
            continue
        text += f'\n### {title}\n\n' + row(['method'] + [NAMES.get(c, c) for c in clients])
        text += row(['---'] * (len(clients) + 1))
        for method in methods_of(transport, methods):
            text += row([f'`{method}`'] + [cell(records, method, transport, c) for c in clients])
        text += row(['refused with'] + [refusals(records, transport, c) for c in clients])
    return text + '\n'


def with_table(page, made):
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f'the page has lost a mark: {BEGIN}{END}')
    return before + begin + made + end + after


def main(mode, path, folder):
    with open(path, encoding='utf-8') as file:
        page = file.read()
    records = driven.read(folder)
    wanted = with_table(page, table(records, Methods()))
    if mode == 'write':
        with open(path, 'w', encoding='utf-8') as file:
            file.write(wanted)
    elif wanted != page:
        diff = difflib.unified_diff(page.splitlines(), wanted.splitlines(), path,
                                    'what the tests have driven', lineterm='')
        sys.exit('\n'.join(diff) + f'\n{path} claims other than the tests prove; '
                 'if the tests are right, run: make compatibility')


if __name__ == '__main__':
    if len(sys.argv) != 4 or sys.argv[1] not in ('check', 'write'):
        sys.exit(__doc__)
    main(*sys.argv[1:])
