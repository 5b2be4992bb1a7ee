#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests that every claim of docs/compatibility.md has a record, and every record a call."""
import json
import os
import sys
import tempfile
import unittest

import compatibility
import driven
import run
from methods import Methods

GRPC = '/google.android.device.provisioning.v1.PartnerService/'
PAGE = 'Before.\n' + compatibility.BEGIN + compatibility.END + 'After.\n'


def line(method, path, status, protocol='HTTP/1.1'):
    return ('{"time":"t","level":"info","message":"request","requestId":"r","method":"%s",'
            '"path":"%s",%s"status":%s,"ms":1.0,"account":"a"}\n' %
            (method, path, '' if method == 'gRPC' else f'"protocol":"{protocol}",',
             json.dumps(status)))


class CompatibilityTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.records = os.path.join(folder.name, 'records')
        self.page = os.path.join(folder.name, 'page.md')
        with open(self.page, 'w', encoding='utf-8') as file:
            file.write(PAGE)

    def record(self, client, log):
        return driven.record(os.path.join(self.records, client), client, log)

    def text(self):
        with open(self.page, encoding='utf-8') as file:
            return file.read()

    def write(self):
        compatibility.main('write', self.page, self.records)

    def check(self):
        compatibility.main('check', self.page, self.records)

    def test_page_says_what_was_driven(self):
        self.record('go', line('POST', '/v1/partners/1/devices:claim', 200) +
                    line('GET', '/v1/customers/1/devices/2', 404))
        self.record('java', line('POST', '/v1/partners/1/devices:claim', 400) +
                    line('POST', '/v1/partners/1/devices:claim', 200))
        self.write()
        self.assertIn('| method | Go | Java |', self.text())
        self.assertIn('| `partners.devices.claim` | + | + − |', self.text())
        self.assertIn('| `customers.devices.get` | − |  |', self.text())
        self.assertIn('| `partners.devices.get` |  |  |', self.text())
        self.assertIn('| refused with | `404` | `400` |', self.text())
        self.assertTrue(self.text().endswith('After.\n'))
        self.check()

    def test_claim_without_record_is_refused(self):
        self.record('go', line('GET', '/v1/customers', 200))
        self.write()
        forged = self.text().replace('| `operations.get` |  |', '| `operations.get` | + |')
        with open(self.page, 'w', encoding='utf-8') as file:
            file.write(forged)
        with self.assertRaisesRegex(SystemExit, 'claims other than the tests prove'):
            self.check()

    def test_client_that_was_not_run_is_missed(self):
        self.record('go', line('GET', '/v1/customers', 200))
        self.record('java', line('GET', '/v1/customers', 200))
        self.write()
        os.remove(os.path.join(self.records, 'java'))
        with self.assertRaises(SystemExit):
            self.check()

    def test_log_without_calls_makes_no_record(self):
        log = line('GET', '/healthz', 200) + '{"message":"stopping"}\n'
        self.assertFalse(self.record('go', log))
        self.assertEqual(set(), driven.read(self.records))

    def test_method_that_the_server_does_not_provide_is_not_driven(self):
        self.assertFalse(self.record('go', line('GET', '/v1/customers', 501)))
        self.assertFalse(self.record('go', line('gRPC', GRPC + 'ClaimDevice', 'UNIMPLEMENTED')))

    def test_call_that_the_client_gave_up_is_not_driven(self):
        self.assertFalse(self.record('go', line('gRPC', GRPC + 'ClaimDevice', 'CANCELLED') +
                                     line('gRPC', GRPC + 'ClaimDevice', 'DEADLINE_EXCEEDED')))

    def test_grpc_has_a_table_of_its_own(self):
        self.record('grpcio', line('gRPC', GRPC + 'ClaimDevice', 'OK') +
                    line('gRPC', GRPC + 'GetDevice', 'NOT_FOUND'))
        self.write()
        self.assertIn('| method | Python (grpcio) |', self.text())
        self.assertIn('| `partners.devices.claim` | + |', self.text())
        self.assertIn('| `partners.devices.get` | − |', self.text())

    def test_transports_are_told_apart(self):
        self.record('curl', line('GET', '/v1/customers', 200, 'HTTP/2') +
                    line('GET', '/v1/customers', 401, 'batch'))
        self.assertEqual({('customers.list', 'http2', 'curl', '200'),
                          ('customers.list', 'batch', 'curl', '401')},
                         driven.read(self.records))

    def test_failed_test_makes_no_record_and_takes_the_old_one_away(self):
        self.record('go', line('GET', '/v1/customers', 200))
        path = os.path.join(self.records, 'go')
        failure = run.run('/bin/true', path, 'go', ['/bin/false', 'ZEROTOUCHD'])
        self.assertIn('ended with 1', failure)
        self.assertFalse(os.path.exists(path))

    def test_missing_client_is_a_failure_that_says_what_to_do(self):
        failure = run.run('/bin/true', os.path.join(self.records, 'x'), 'x', ['no-such-program'])
        self.assertIn('scripts/install-deps test', failure)

    def test_every_method_has_a_name_and_a_path_of_its_own(self):
        methods = Methods()
        self.assertEqual(len(methods.ids), len(set(methods.ids)))
        self.assertLessEqual({'partners.devices.unclaimAsync', 'operations.get', 'customers.list',
                              'partners.vendors.customers.list', 'partners.devices.metadata'},
                             set(methods.ids))
        self.assertEqual('partners.customers.create',
                         methods.of('POST', '/v1/partners/1/customers'))
        self.assertIsNone(methods.of('GET', '/v1/nothing'))


if __name__ == '__main__':
    sys.exit(unittest.main())
