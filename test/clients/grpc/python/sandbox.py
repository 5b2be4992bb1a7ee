# SPDX-License-Identifier: Apache-2.0
"""A zerotouchd sandbox for tests, and gRPC channels to it by Debian's grpcio."""

import base64
import glob
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time

import grpc

SCOPE = 'https://www.googleapis.com/auth/androidworkprovisioning'
GENERATED = []  # the modules of our own packages
# A request or an answer of 100,000 items exceeds the client's default of 4 MiB.
LARGE = [('grpc.max_receive_message_length', 64 << 20)]


def extension_files(protos):
    """Returns the protos of our own packages, as they are imported."""
    return sorted(os.path.relpath(path, protos) for path in glob.glob(
        os.path.join(protos, 'openzerotouch', '**', '*.proto'), recursive=True))


def extensions():
    """Returns the generated modules of our own packages by the names of their services."""
    modules = [importlib.import_module(name[:-len('.py')].replace(os.sep, '.'))
               for name in GENERATED]
    return {service: module for module in modules
            for service in module.DESCRIPTOR.services_by_name}


def generate(protos, googleapis, out):
    """Generates Python modules from the protos in `out`, and imports them."""
    files = [
        'google/android/device/provisioning/v1/devices.proto',
        'google/android/device/provisioning/v1/companies.proto',
        'google/android/device/provisioning/v1/errors.proto',
        'google/android/device/provisioning/v1/service.proto',
        'google/longrunning/operations.proto',
        'grpc/health/v1/health.proto',
        'grpc/reflection/v1/reflection.proto',
        'google/api/annotations.proto',
        'google/api/http.proto',
        'google/rpc/code.proto',
        'google/rpc/error_details.proto',
        'google/rpc/status.proto',
    ]
    files += extension_files(protos)
    subprocess.run(['protoc', '-I', protos, '-I', googleapis, f'--python_out={out}', *files],
                   check=True)
    # Adds the new folders to the packages `google` and `grpc`, which exist already.
    sys.path.insert(0, out)
    GENERATED[:] = [path[:-len('.proto')] + '_pb2.py' for path in extension_files(protos)]
    import google
    google.__path__.append(os.path.join(out, 'google'))
    grpc.__path__.append(os.path.join(out, 'grpc'))


def sign(key, audience, scope=SCOPE, age_s=0):
    """Returns a self-signed bearer token, issued `age_s` ago and valid for an hour."""
    def encode(data):
        return base64.urlsafe_b64encode(data).rstrip(b'=')

    now = int(time.time()) - age_s
    header = {'alg': 'RS256', 'typ': 'JWT', 'kid': key['private_key_id']}
    claims = {'iss': key['client_email'], 'sub': key['client_email'], 'aud': audience,
              'scope': scope, 'iat': now, 'exp': now + 3600}
    text = encode(json.dumps(header).encode()) + b'.' + encode(json.dumps(claims).encode())
    with tempfile.NamedTemporaryFile('w') as pem:
        pem.write(key['private_key'])
        pem.flush()
        signature = subprocess.run(['openssl', 'dgst', '-sha256', '-sign', pem.name], input=text,
                                   stdout=subprocess.PIPE, check=True).stdout
    return (text + b'.' + encode(signature)).decode()


def make_certificate(folder):
    """Returns the paths of a new self-signed certificate for this machine and of its key."""
    certificate, key = (os.path.join(folder, name) for name in ('cert.pem', 'key.pem'))
    subprocess.run(['openssl', 'req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt',
                    'ec_paramgen_curve:P-256', '-subj', '/CN=localhost', '-addext',
                    'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate],
                   stderr=subprocess.DEVNULL, check=True)
    return certificate, key


class Sandbox:
    """A server that runs until `stop`. With `certificate`, the path of the PEM file that is also
    in the arguments, the channel uses TLS."""

    def __init__(self, program, *arguments, certificate=None):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [program, 'sandbox', '--listen', '127.0.0.1:0', '--data-dir',
             os.path.join(self.folder.name, 'data'), *arguments],
            stdout=subprocess.PIPE, text=True)
        self.told = False
        self.ready = json.loads(self.process.stdout.readline())
        self.partner = int(self.ready['resellers'][0]['partnerId'])
        self.other_partner = int(self.ready['resellers'][1]['partnerId'])
        self.customer = int(self.ready['resellers'][0]['customerIds'][0])
        with open(self.ready['resellers'][0]['credentials'], encoding='utf-8') as file:
            self.token = sign(json.load(file), self.ready['endpoint'] + '/')
        if certificate is None:
            self.channel = grpc.insecure_channel(self.ready['grpcEndpoint'], options=LARGE)
            return
        with open(certificate, 'rb') as file:
            self.channel = grpc.secure_channel(
                self.ready['grpcEndpoint'], grpc.ssl_channel_credentials(file.read()),
                options=LARGE)

    @property
    def metadata(self):
        return [('authorization', 'Bearer ' + self.token)]

    def terminate(self):
        """Sends SIGTERM, only once: a second signal would stop the server immediately."""
        if not self.told:
            self.process.terminate()
        self.told = True

    def stop(self):
        """Stops the server and returns its exit code."""
        self.terminate()
        code = self.process.wait(60)
        self.channel.close()
        self.process.stdout.close()
        self.folder.cleanup()
        return code


def imei(serial):
    """Returns the valid IMEI of TAC 35000000 and this serial number."""
    digits = f'35000000{serial:06d}'
    total = 0
    for place, digit in enumerate(digits):
        doubled = int(digit) * (2 if place % 2 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return digits + str(-total % 10)
