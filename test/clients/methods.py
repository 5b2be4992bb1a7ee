# SPDX-License-Identifier: Apache-2.0
"""The API's methods as the .proto files name them, and what a server's log says of them."""
import json
import os
import re

PROTO = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'proto', 'google')
RPC = re.compile(r'^service (\w+)|rpc (\w+)\(.*?option \(google\.api\.http\) = \{(.*?)\};',
                 re.DOTALL | re.MULTILINE)
PACKAGE = re.compile(r'^package ([\w.]+);', re.MULTILINE)
RULE = re.compile(r'(get|post|patch|put|delete): "([^"]*)"')
BODY = re.compile(r'body: "([^"]*)"')
# Neither answered nor refused: not provided, or given up by the client.
UNDECIDED = (501, 'UNIMPLEMENTED', 499, 'CANCELLED', 504, 'DEADLINE_EXCEEDED')
# What the log calls them: these, and nothing for gRPC.
TRANSPORTS = {'HTTP/1.1': 'http1', 'HTTP/2': 'http2', 'batch': 'batch', 'gRPC': 'grpc'}
VARIABLE = re.compile(r'\{[\w.]+(?:=([^}]*))?\}')
STANDARD = {'post': 'create', 'patch': 'patch', 'put': 'update', 'delete': 'delete'}


def without_names(template):
    """/v1/{parent=partners/*}/vendors as /v1/partners/*/vendors."""
    return VARIABLE.sub(lambda variable: variable.group(1) or '*', template)


def pattern_of(template):
    kinds = {'**': '.+', '*': '[^/]+'}
    return ''.join(kinds.get(part) or re.escape(part)
                   for part in re.split(r'(\*\*|\*)', without_names(template)))


def id_of(verb, template):
    """The method's id in Google's discovery document, such as partners.devices.claim."""
    path, _, custom = without_names(template).partition(':')
    segments = path.split('/')[2:]
    names = [segment for segment in segments if '*' not in segment]
    if custom:
        return '.'.join(names + [custom])
    is_collection = '*' not in segments[-1]
    if verb == 'get':
        return '.'.join(names + ['list' if is_collection else 'get'])
    if verb == 'post' and names[-1] == 'metadata':
        return '.'.join(names)  # The one method that is named by a segment.
    return '.'.join(names + [STANDARD[verb]])


class Methods:
    def __init__(self, root=PROTO):
        self.ids = []
        self.routes = []   # (HTTP method, compiled path, id)
        self.rules = {}    # Service.Method: (HTTP method, template, body: a field, '*' or None)
        self.grpc = {}     # /package.Service/Method: id
        for folder, _, names in sorted(os.walk(root)):
            for name in sorted(names):
                with open(os.path.join(folder, name), encoding='utf-8') as file:
                    self.read(file.read())
        # A path with a verb is not one of a name that happens to hold a colon.
        self.routes.sort(key=lambda route: ':' not in route[1].pattern)

    def read(self, text):
        package, service = PACKAGE.search(text), ''
        for match in RPC.finditer(text):
            if match.group(1):
                service = match.group(1)
                continue
            rules = RULE.findall(match.group(3))
            body = BODY.search(match.group(3))
            self.rules[f'{service}.{match.group(2)}'] = *rules[0], body.group(1) if body else None
            name = id_of(*rules[0])
            self.ids.append(name)
            self.grpc[f'/{package.group(1)}.{service}/{match.group(2)}'] = name
            for verb, template in rules:
                self.routes.append((verb.upper(), re.compile(pattern_of(template)), name))

    def of(self, verb, path):
        """The id of a call's method; None if it is of no method."""
        if path in self.grpc:
            return self.grpc[path]
        for method, pattern, name in self.routes:
            if method == verb and pattern.fullmatch(path):
                return name
        return None

    def driven(self, log):
        """What the calls in a server's log prove: (id, transport, status as text).

        A call of a method that the server does not provide, or that the client
        has given up, proves nothing.
        """
        found = set()
        for line in log.splitlines():
            if '"message":"request"' not in line:
                continue
            call = json.loads(line)
            method = self.of(call['method'], call['path'])
            if method and call['status'] not in UNDECIDED:
                transport = TRANSPORTS[call.get('protocol', 'gRPC')]
                found.add((method, transport, str(call['status'])))
        return found
