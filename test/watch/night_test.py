#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs two servers on a PostgreSQL that has a standby through a bad night.

with_postgres --standby night_test.py BIN: BIN holds zerotouchd and zerotouch. While a batch
claims the devices of a file and one unclaims them, each server is restarted as an upgrade
does it, the database fails over to its standby, and the certificate changes. Then each
device must have been unclaimed exactly once, a webhook receiver must have each event under
one `webhook-id`, the alert for a stopped server must have fired and cleared, and the audit
log must verify.

NIGHT_DEVICES is the number of devices (20,000 unless set).
"""
import base64
import collections
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

from prometheus import RULES, Prometheus, free_port

DEVICES = int(os.environ.get('NIGHT_DEVICES', '20000'))
DEADLINE_SECONDS = 240
EVENTS = ['operation.finished', 'device.claimed', 'device.unclaimed']


def await_true(what, condition):
    deadline = time.time() + DEADLINE_SECONDS
    while time.time() < deadline:
        if condition():
            return
        time.sleep(0.1)
    sys.exit(f'timed out: {what}')


class Authority:
    """A certificate authority, and the certificates that it issues for 127.0.0.1."""

    def __init__(self, folder):
        self.folder = folder
        self.certificate = folder / 'ca.pem'
        self.openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256',
                     '-nodes', '-subj', '/CN=night', '-days', '2', '-keyout', folder / 'ca.key',
                     '-out', self.certificate)
        self.context = ssl.create_default_context(cafile=str(self.certificate))

    @staticmethod
    def openssl(*arguments):
        subprocess.run(['openssl', *map(str, arguments)], check=True, capture_output=True)

    def issue(self, name):
        """Writes NAME.pem and NAME.key, over older ones."""
        key, request = self.folder / f'{name}.key', self.folder / f'{name}.csr'
        extension = self.folder / f'{name}.ext'
        extension.write_text('subjectAltName=IP:127.0.0.1\n')
        self.openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                     '-subj', f'/CN={name}', '-keyout', key, '-out', request)
        self.openssl('x509', '-req', '-in', request, '-CA', self.certificate, '-CAkey',
                     self.folder / 'ca.key', '-days', '2', '-extfile', extension,
                     '-out', self.folder / f'{name}.pem')
        key.chmod(0o600)
        return self.folder / f'{name}.pem', key

    def serial_of(self, port):
        """Returns the serial number of the certificate that a server presents."""
        return re.search('serial=(.*)', subprocess.run(
            ['openssl', 'x509', '-noout', '-serial'], check=True, text=True, capture_output=True,
            input=ssl.get_server_certificate(('127.0.0.1', port))).stdout)[1]


class Receiver:
    """Receives webhooks over HTTPS. Refuses the first delivery, which must come again."""

    def __init__(self, certificate, key):
        self.secret = None
        self.bodies = {}  # by webhook-id
        self.deliveries = collections.Counter()
        self.wrong = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_POST(self):
                status = receiver.take(self.headers,
                                       self.rfile.read(int(self.headers['Content-Length'])))
                self.send_response(status)
                self.send_header('Content-Length', '0')
                self.end_headers()

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f'https://127.0.0.1:{self.server.server_port}/hook'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, headers, body):
        identifier = headers['webhook-id']
        text = f'{identifier}.{headers["webhook-timestamp"]}.'.encode() + body
        key = base64.b64decode(self.secret.removeprefix('whsec_'))
        signature = 'v1,' + base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode()
        if signature not in headers['webhook-signature'].split(' '):
            self.wrong.append(f'signature of {identifier}')
        self.deliveries[identifier] += 1
        if len(self.deliveries) == 1 and self.deliveries[identifier] == 1:
            return 500
        if self.bodies.setdefault(identifier, body) != body:
            self.wrong.append(f'two bodies for {identifier}')
        return 200

    def events(self, kind):
        return [event['data'] for event in map(json.loads, list(self.bodies.values()))
                if event['type'] == kind]


class Replica:
    def __init__(self, night, name, port):
        self.name, self.port = name, port
        self.metrics = f'127.0.0.1:{free_port()}'
        self.night = night
        self.start()

    def start(self):
        night = self.night
        self.process = subprocess.Popen(
            [night.binaries / 'zerotouchd', 'serve', '--listen', f'127.0.0.1:{self.port}',
             '--database', night.database, '--tls-certificate', night.certificate,
             '--tls-key', night.key, '--metrics-listen', self.metrics, '--webhook-ca',
             night.authority.certificate, '--webhook-allow', '127.0.0.1/32'],
            stdout=subprocess.PIPE, stderr=(night.folder / f'{self.name}.log').open('a'),
            text=True)
        if not self.process.stdout.readline():
            sys.exit(f'{self.name} did not start:\n' +
                     (night.folder / f'{self.name}.log').read_text()[-2000:])

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=60)
        assert code == 0, f'{self.name} ended with {code}'


class Night:
    def __init__(self, binaries, folder):
        self.binaries, self.folder = binaries, folder
        subprocess.run(['createdb', 'night'], check=True)
        self.database = ('postgresql://operator@127.0.0.1:{},127.0.0.1:{}/night'
                         '?target_session_attrs=read-write').format(os.environ['PGPORT'],
                                                                    os.environ['STANDBY_PORT'])
        self.authority = Authority(folder)
        self.certificate, self.key = self.authority.issue('server')
        ports = [free_port(), free_port()]
        self.make_tenants(f'https://127.0.0.1:{ports[0]}/token')
        self.replicas = [Replica(self, name, port) for name, port in zip('ab', ports)]
        self.receiver = Receiver(*self.authority.issue('receiver'))
        self.environment = {
            **os.environ, 'ZEROTOUCH_ENDPOINT': f'https://127.0.0.1:{self.replicas[0].port}',
            'ZEROTOUCH_CA_CERTIFICATE': str(self.authority.certificate),
            'ZEROTOUCH_PARTNER': self.partner, 'ZEROTOUCH_CREDENTIALS': str(folder / 'key.json')}
        self.token = self.client('auth', 'token').strip()

    def admin(self, *arguments):
        return subprocess.run([self.binaries / 'zerotouchd', 'admin', '--database', self.database,
                               *arguments], check=True, capture_output=True, text=True).stdout

    def make_tenants(self, token_uri):
        self.partner = self.admin('partners', 'create', '--name', 'Reseller').strip()
        self.customer = self.admin('customers', 'create', '--partner', self.partner, '--name',
                                   'Customer', '--owner-email', 'owner@example.com',
                                   '--accept-terms').strip()
        self.admin('keys', 'create', '--partner', self.partner, '--out',
                   str(self.folder / 'key.json'), '--token-uri',
                   token_uri)

    def client(self, *arguments):
        run = subprocess.run([self.binaries / 'zerotouch', *arguments], env=self.environment,
                             capture_output=True, text=True, check=False)
        assert run.returncode == 0, (arguments, run.returncode, run.stdout[-2000:], run.stderr)
        return run.stdout

    def call(self, method, path, body=None):
        """Calls a server that answers; retries as the servers ask for it."""
        deadline = time.time() + DEADLINE_SECONDS
        turn = 0
        while time.time() < deadline:
            port = self.replicas[turn % 2].port
            turn += 1
            request = urllib.request.Request(
                f'https://127.0.0.1:{port}{path}', method=method,
                data=None if body is None else json.dumps(body).encode(),
                headers={'Authorization': f'Bearer {self.token}',
                         'Content-Type': 'application/json'})
            try:
                with urllib.request.urlopen(request, timeout=60,
                                            context=self.authority.context) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                text = error.read().decode()
                assert error.code == 503 and error.headers['Retry-After'], (error.code, text)
            except OSError:
                pass  # it is being restarted
            time.sleep(0.1)
        sys.exit(f'timed out: {method} {path}')

    def fires(self, prometheus, replica):
        return prometheus.query(f'ALERTS{{alertname="ZerotouchDown",alertstate="firing",'
                                f'instance="{replica.metrics}"}}')

    def restart(self, prometheus, replica):
        """Restarts a server as an upgrade does it, and sees its alert fire and clear."""
        replica.stop()
        await_true('the alert fires', lambda: self.fires(prometheus, replica))
        replica.start()
        await_true('the alert clears', lambda: not self.fires(prometheus, replica))

    def change_certificate(self):
        before = self.authority.serial_of(self.replicas[0].port)
        self.authority.issue('server')
        for replica in self.replicas:
            replica.process.send_signal(signal.SIGHUP)
            await_true('the new certificate is used',
                       lambda port=replica.port: self.authority.serial_of(port) != before)

    def progress(self, name):
        metadata = self.call('GET', '/v1/' + name)['metadata']
        return metadata.get('processingProgress', 0)

    def run(self, prometheus):
        self.hook = self.call('POST', f'/openzerotouch/v1/partners/{self.partner}/webhooks',
                              {'url': self.receiver.url, 'events': EVENTS})
        self.receiver.secret = self.hook['secret']
        devices = self.folder / 'devices.csv'
        devices.write_text(self.client('csv', 'generate', '--count', str(DEVICES), '--wrong', '0',
                                       '--owner', self.customer))
        self.run_while('claim', devices, [
            ('upgrade of b', lambda: self.restart(prometheus, self.replicas[1]))])
        unclaim = self.run_while('unclaim', devices, [
            ('failover', lambda: os.kill(os.getppid(), signal.SIGUSR1)),
            ('new certificate', self.change_certificate),
            ('upgrade of a', lambda: self.restart(prometheus, self.replicas[0]))])
        self.check(unclaim)

    def run_while(self, verb, devices, steps):
        """Starts a batch, takes the steps, and waits for its end. Returns its name."""
        start = time.time()
        name = self.client('devices', verb, '--async', '--csv', str(devices)).strip()
        for what, step in steps:
            print(f'{verb}, {time.time() - start:.1f} s, {self.progress(name)} %: {what}',
                  flush=True)
            step()
        await_true(f'the {verb} is done', lambda: self.call('GET', '/v1/' + name).get('done'))
        print(f'{verb}, {time.time() - start:.1f} s: done', flush=True)
        return name

    def check(self, name):
        operation = self.call('GET', '/v1/' + name)
        statuses = collections.Counter(each['status'] if 'status' in each else each
                                       ['result']['status']
                                       for each in operation['response']['perDeviceStatus'])
        assert statuses == {'SINGLE_DEVICE_STATUS_SUCCESS': DEVICES}, statuses
        receiver = self.receiver
        await_true('each event has come', lambda: len(receiver.events('operation.finished')) == 2
                   and sum(len(data['devices']) for data in receiver.events('device.unclaimed'))
                   >= DEVICES)
        assert not receiver.wrong, receiver.wrong
        for kind in ('device.claimed', 'device.unclaimed'):
            seen = collections.Counter(device['deviceId'] for data in receiver.events(kind)
                                       for device in data['devices'])
            assert len(seen) == DEVICES and set(seen.values()) == {1}, (kind, len(seen))
        finished = {data['name'] for data in receiver.events('operation.finished')}
        assert name in finished and len(finished) == 2, finished
        assert max(receiver.deliveries.values()) > 1, 'the refused delivery came again'
        print(self.admin('audit', 'verify').strip())

    def stop(self):
        for replica in self.replicas:
            replica.stop()


def main(binaries):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        rules = folder / 'rules.yml'
        # The alert fires at once, instead of after a while.
        rules.write_text(re.sub(r'\bfor: \w+', 'for: 0s',
                                (RULES / 'zerotouch.rules.yml').read_text()))
        night = Night(binaries, folder)
        prometheus = Prometheus(folder, [each.metrics for each in night.replicas], rules)
        try:
            prometheus.await_scrape(0)
            night.run(prometheus)
        except BaseException:
            for replica in night.replicas:
                print((folder / f'{replica.name}.log').read_text()[-3000:], file=sys.stderr)
                replica.process.kill()
            raise
        finally:
            prometheus.process.terminate()
            prometheus.process.wait(timeout=30)
        night.stop()


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
