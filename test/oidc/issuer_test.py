#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Calls a server with tokens of a real OpenID provider, oidc-provider on Node.

issuer_test.py BIN NODE: BIN holds zerotouchd, NODE the provider with its packages. The
provider signs by RS256, then by another key with ES256; then it is down.
"""
import base64
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

# More than limits::kKeySetPause.
DEADLINE_SECONDS = 120
MAKE_KEY = '''
const {generateKeyPairSync} = require('crypto');
const [kind, id, alg] = process.argv.slice(1);
const {privateKey} = generateKeyPairSync(kind, {modulusLength: 2048, namedCurve: 'P-256'});
console.log(JSON.stringify({...privateKey.export({format: 'jwk'}), kid: id, alg, use: 'sig'}));
'''


def free_port():
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


def make_key(kind, key_id, algorithm):
    return json.loads(subprocess.run(['node', '-e', MAKE_KEY, kind, key_id, algorithm], check=True,
                                     capture_output=True, text=True).stdout)


class Process:
    """A program that prints a line when it is ready."""

    def __init__(self, command, log):
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE,
                                        stderr=log.open('a'), text=True)
        self.ready = self.process.stdout.readline()
        if not self.ready:
            sys.exit(f'{command} did not start:\n{log.read_text()}')

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.stdout.close()
        return self.process.wait(timeout=60)


class Provider:
    def __init__(self, node, folder):
        self.node, self.folder, self.port = node, folder, free_port()
        self.url = f'http://127.0.0.1:{self.port}'

    def start(self, keys):
        path = self.folder / 'keys.json'
        path.write_text(json.dumps({'keys': keys}))
        self.process = Process(['node', str(self.node / 'issuer.mjs'), str(self.port), str(path)],
                               self.folder / 'provider.log')

    def token(self):
        login = base64.b64encode(b'inventory:not-a-secret').decode()
        request = urllib.request.Request(
            f'{self.url}/token', urllib.parse.urlencode(
                {'grant_type': 'client_credentials'}).encode(), {'Authorization': f'Basic {login}'})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)['access_token']


def status_of(url, token):
    request = urllib.request.Request(url, headers={'Authorization': f'Bearer {token}'})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def await_status(url, token, wanted, on_the_way):
    end = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < end:
        status = status_of(url, token)
        if status == wanted:
            return
        assert status in on_the_way, status
        time.sleep(0.2)
    sys.exit(f'the token was not answered with {wanted}, but with {status}')


def forged(token):
    """Yields the token with other claims, and with missing signatures."""
    head, claims, signature = token.split('.')
    other = json.loads(base64.urlsafe_b64decode(claims + '=='))
    other['exp'] += 1
    encode = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip('=')
    yield f'{head}.{encode(other)}.{signature}'
    yield f'{encode({"alg": "none"})}.{claims}.'
    yield f'{head}.{claims}.'


def main(binary, node):
    with tempfile.TemporaryDirectory(prefix='zerotouch-') as name:
        folder = pathlib.Path(name)
        zerotouchd = [str(binary / 'zerotouchd')]
        database = ['--database', f'sqlite://{folder}/registry.db']
        admin = lambda *words: subprocess.run(
            zerotouchd + ['admin', *database, *words], check=True, capture_output=True,
            text=True).stdout.strip()
        partner = admin('partners', 'create', '--name', 'A Reseller')
        admin('keys', 'create', '--partner', partner, '--email', 'inventory@example.com', '--out',
              str(folder / 'key.json'), '--token-uri', 'http://127.0.0.1:1/token')
        provider = Provider(node, folder)
        issuers = folder / 'issuers.json'
        issuers.write_text(json.dumps({'issuers': [{
            'issuer': provider.url, 'jwksUri': f'{provider.url}/jwks', 'audience': 'zerotouch',
            'identities': [{'subject': 'inventory', 'account': 'inventory@example.com'}]}]}))
        settings = [*database, '--listen', '127.0.0.1:0', '--token-issuers', str(issuers)]
        check = lambda: subprocess.run(zerotouchd + ['check', *settings], capture_output=True,
                                       text=True, check=False)
        assert check().returncode == 2 and 'cannot use its keys' in check().stdout, check().stdout

        rsa, ec = make_key('rsa', 'one', 'RS256'), make_key('ec', 'two', 'ES256')
        provider.start([rsa])
        assert check().returncode == 0 and 'has 1 keys' in check().stdout, check().stdout
        server = Process(zerotouchd + ['serve', *settings], folder / 'server.log')
        url = f'{json.loads(server.ready)["endpoint"]}/v1/partners/{partner}/customers'
        first = provider.token()
        await_status(url, first, 200, {503})
        for token in forged(first):
            assert status_of(url, token) == 401, token

        # A new key is found at its first token, once the pause after the last look is over.
        provider.process.stop()
        provider.start([ec, rsa])
        second = provider.token()
        await_status(url, second, 200, {401, 503})
        assert status_of(url, first) == 200

        provider.process.stop()
        assert status_of(url, second) == 200
        for token in forged(second):
            assert status_of(url, token) == 401, token
        admin('accounts', 'disable', 'inventory@example.com')
        assert status_of(url, second) == 401
        assert server.stop() == 0


if __name__ == '__main__':
    main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
