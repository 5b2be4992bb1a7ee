# SPDX-License-Identifier: Apache-2.0
"""The methods of the .proto files, and the calls of them in a server's log."""
import json
import os
import re

PROTO = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'proto')
GOOGLE = os.path.join(PROTO, 'google')
RPC = re.compile(r'^service (\w+)|rpc (\w+)\(.*?option \(google\.api\.http\) = \{(.*?)\};',
                 re.DOTALL | re.MULTILINE)
PACKAGE = re.compile(r'^package ([\w.]+);', re.MULTILINE)
RULE = re.compile(r'(get|post|patch|put|delete): "([^"]*)"')
BODY = re.compile(r'body: "([^"]*)"')
# A call with one of these statuses does not show that its method works: the server
# does not serve it, or its client cancelled it or stopped waiting.
UNDECIDED = (501, 'UNIMPLEMENTED', 499, 'CANCELLED', 504, 'DEADLINE_EXCEEDED')
# The protocols as the log names them; gRPC has no name there.
TRANSPORTS = {'HTTP/1.1': 'http1', 'HTTP/2': 'http2', 'batch': 'batch', 'gRPC': 'grpc'}
VARIABLE = re.compile(r'\{[\w.]+(?:=([^}]*))?\}')
STANDARD = {'post': 'create', 'patch': 'patch', 'put': 'update', 'delete': 'delete'}


def without_names(template):
    """Returns /v1/{parent=partners/*}/vendors as /v1/partners/*/vendors."""
    return VARIABLE.sub(lambda variable: variable.group(1) or '*', template)


def pattern_of(template):
    kinds = {'**': '.+', '*': '[^/]+'}
    return ''.join(kinds.get(part) or re.escape(part)
                   for part in re.split(r'(\*\*|\*)', without_names(template)))


def id_of(verb, template):
    """Returns the id in Google's discovery document, such as partners.devices.claim."""
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
        self.extensions = []  # the RPC names of our own packages
        self.routes = []   # (HTTP method, compiled path, id)
        self.rules = {}    # Service.Method: (HTTP method, template, body: a field, '*' or None)
        self.grpc = {}     # /package.Service/Method: id
        for folder, _, names in sorted(os.walk(root)):
            for name in sorted(names):
                with open(os.path.join(folder, name), encoding='utf-8') as file:
                    self.read(file.read())
        # A path with a verb differs from a path whose name has a colon.
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
            if package.group(1).startswith('openzerotouch.'):
                name = f'{package.group(1)}.{service}.{match.group(2)}'
                self.extensions.append(name)
            else:
                self.ids.append(name)
            self.grpc[f'/{package.group(1)}.{service}/{match.group(2)}'] = name
            for verb, template in rules:
                self.routes.append((verb.upper(), re.compile(pattern_of(template)), name))

    def of(self, verb, path):
        """Returns the id of the method of a call; None if the call is not of a method."""
        if path in self.grpc:
            return self.grpc[path]
        for method, pattern, name in self.routes:
            if method == verb and pattern.fullmatch(path):
                return name
        return None

    def driven(self, log):
        """Returns the calls in a server's log as (id, transport, status as text).

        Leaves out calls that the server does not implement or the client has cancelled.
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
