#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calls every method with curl: calls_test.py http1|http2|batch CALLS...

Makes the calls of the files as JSON over HTTP/1.1, over HTTP/2, or each as a part of a
POST /batch, and exceeds the limit of unfinished operations.
Needs the sandboxes of run.py.
"""
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse

CLIENTS = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), '..'))
sys.path.append(CLIENTS)
from methods import GOOGLE, Methods, VARIABLE  # noqa: E402

SCOPES = 'https://www.googleapis.com/auth/'
HTTP = {'INVALID_ARGUMENT': 400, 'FAILED_PRECONDITION': 400, 'PERMISSION_DENIED': 403,
        'NOT_FOUND': 404, 'ALREADY_EXISTS': 409, 'RESOURCE_EXHAUSTED': 429}
# limits::kUnfinishedOperationsPerPartner
MOST_UNFINISHED = 100
# Answers until the client leaves.
ENDLESS = {'CallService.WatchCalls'}
# Number of items that a slow sandbox does not finish while the test runs.
LONG = 100


def transcoded(rule, request):
    """Returns the HTTP method, the target and the body of a request message."""
    verb, template, body = rule
    left = dict(request)

    def value(variable):
        *outer, name = variable.group(0)[1:-1].partition('=')[0].split('.')
        name = re.sub('_(.)', lambda match: match.group(1).upper(), name)
        return (left[outer[0]] if outer else left).pop(name)

    path = VARIABLE.sub(value, template)
    if body == '*':
        return verb.upper(), path, left
    content = left.pop(body) if body else None
    query = urllib.parse.urlencode(left)
    return verb.upper(), f'{path}?{query}' if query else path, content


class Server:
    """A sandbox, and curl to call it."""

    def __init__(self, variable, mode):
        with open(os.environ[variable], encoding='utf-8') as file:
            self.ready = json.load(file)
        self.mode = mode
        own, other = self.ready['resellers']
        account = next(c for c in self.ready['customers']
                       if c['customerId'] == own['customerIds'][0])
        self.tokens = {'partner': self.sign(own, 'androidworkprovisioning'),
                       'customer': self.sign(account, 'androidworkzerotouchemm')}
        self.names = {'partner': own['partnerId'], 'otherPartner': other['partnerId'],
                      'customer': own['customerIds'][0], 'otherCustomer': own['customerIds'][1]}

    def sign(self, account, scope):
        return subprocess.check_output(
            [os.path.join(CLIENTS, 'curl', 'jwt'), account['credentials'],
             self.ready['endpoint'] + '/', SCOPES + scope], text=True).strip()

    def curl(self, *options, body=''):
        """Returns the status, the header as curl prints it, and the body."""
        option = '--http2-prior-knowledge' if self.mode == 'http2' else '--http1.1'
        answer = subprocess.run(['curl', '--silent', '--show-error', '--include', option, *options],
                                input=body, stdout=subprocess.PIPE, check=True, text=True,
                                errors='replace').stdout
        header, _, content = answer.replace('\r\n', '\n').partition('\n\n')
        assert header.startswith('HTTP/2' if self.mode == 'http2' else 'HTTP/1.1'), header
        return int(header.split()[1]), header, content

    def call(self, role, verb, target, content):
        header = ['Authorization: Bearer ' + self.tokens[role]]
        body = ''
        if content is not None:
            header.append('Content-Type: application/json')
            body = json.dumps(content)
        if self.mode == 'batch':
            return self.part(verb, target, header, body)
        options = [option for field in header for option in ('--header', field)]
        if content is not None:
            options += ['--data-binary', '@-']
        return self.curl('--request', verb, *options, self.ready['endpoint'] + target, body=body)

    def part(self, verb, target, header, body):
        inner = '\r\n'.join([f'{verb} {target} HTTP/1.1', *header,
                             f'Content-Length: {len(body.encode())}', '', body])
        status, header, content = self.curl(
            '--header', 'Content-Type: multipart/mixed; boundary=x', '--data-binary', '@-',
            self.ready['endpoint'] + '/batch',
            body=f'--x\r\nContent-Type: application/http\r\n\r\n{inner}\r\n--x--\r\n')
        assert status == 200, header + content
        inner = content.split('\n\n', 1)[1].rsplit('\n--', 1)[0]
        header, _, content = inner.partition('\n\n')
        return int(header.split()[1]), header, content

    def filled(self, text):
        return re.sub(r'\$\{(\w+)\}', lambda match: self.names[match.group(1)], text)


def at(value, path):
    for step in path.split('.'):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def role_of(call):
    return call.get('as', 'customer' if call['call'].startswith('CustomerService.') else 'partner')


def make(server, rules, call):
    role = role_of(call)
    request = json.loads(server.filled(json.dumps(call['request'])))
    status, _, content = server.call(role, *transcoded(rules[call['call']], request))
    if call.get('streams'):
        assert status == 200 and content, content
        return
    answer = json.loads(content)
    # A call in a batch request does not wait, so it is repeated.
    deadline = time.monotonic() + 10
    while (server.mode == 'batch' and call.get('expect', {}).get('done') and
           not answer.get('done') and time.monotonic() < deadline):
        status, _, content = server.call(role, *transcoded(rules[call['call']], request))
        answer = json.loads(content)
    if 'refused' in call:
        assert status == HTTP[call['refused']], content
        assert answer['error']['status'] == call['refused'] and answer['error']['message'], content
        return
    assert status == 200, content
    for path, wanted in call.get('expect', {}).items():
        wanted = server.filled(wanted) if isinstance(wanted, str) else wanted
        assert at(answer, path) == wanted, f'{path}: {content}'
    for name, path in call.get('save', {}).items():
        server.names[name] = at(answer, path)


def too_many_operations(server):
    unclaim = {'deviceIdentifier': {'imei': '490154203237518'},
               'sectionType': 'SECTION_TYPE_ZERO_TOUCH'}
    target = server.filled('/v1/partners/${partner}/devices:unclaimAsync')
    for _ in range(MOST_UNFINISHED):
        status, header, content = server.call('partner', 'POST', target,
                                              {'unclaims': [unclaim] * LONG})
        assert status == 200, content
    status, header, content = server.call('partner', 'POST', target, {'unclaims': [unclaim]})
    assert status == 429, content
    assert re.search(r'^retry-after: [1-9]', header, re.IGNORECASE | re.MULTILINE), header
    assert json.loads(content)['error']['status'] == 'RESOURCE_EXHAUSTED', content


def main(mode, *paths):
    calls = []
    for path in paths:
        with open(path, encoding='utf-8') as file:
            calls += json.load(file)['calls']
    # A batch request holds calls of Google's API only.
    rules = (Methods(GOOGLE) if mode == 'batch' else Methods()).rules
    server = Server('ZEROTOUCH_SANDBOX', mode)
    for number, call in enumerate(calls):
        try:
            make(server, rules, call)
        except (AssertionError, LookupError) as error:
            sys.exit(f'call {number}, {call["call"]}: {error!r}')
    missed = set(rules) - {call['call'] for call in calls} - ENDLESS
    assert not missed, f'not among the calls: {missed}'
    too_many_operations(Server('ZEROTOUCH_SLOW_SANDBOX', mode))


if __name__ == '__main__':
    main(*sys.argv[1:])
