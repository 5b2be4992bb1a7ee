#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Tests Google's Python client against this server: client_test.py ZEROTOUCHD.

The client is built from the server's discovery document and is unmodified. Only the
root URL and the key file are this server's.
"""
import json
import shutil
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

import google.auth.exceptions
from google.oauth2 import service_account
from googleapiclient import discovery, errors

RESELLER_SCOPE = 'https://www.googleapis.com/auth/androidworkprovisioning'
CUSTOMER_SCOPE = 'https://www.googleapis.com/auth/androidworkzerotouchemm'
# limits::kUnfinishedOperationsPerPartner
MOST_UNFINISHED = 100
# Number of items that a slow sandbox does not finish while the test runs.
LONG = 100
ZERO_TOUCH = 'SECTION_TYPE_ZERO_TOUCH'
API_TYPES = 'type.googleapis.com/google.android.device.provisioning.v1.'


class Sandbox:
    """A running sandbox."""

    def __init__(self, program, *options):
        self.dir = tempfile.mkdtemp(prefix='zerotouch-python-')
        self.process = subprocess.Popen(
            [program, 'sandbox', '--listen', '127.0.0.1:0', '--data-dir', self.dir + '/data',
             *options],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError('zerotouchd ended with %s' % self.process.wait())
        self.ready = json.loads(line)
        self.endpoint = self.ready['endpoint']

    def stop(self):
        self.process.terminate()
        self.process.stdout.close()
        code = self.process.wait()
        shutil.rmtree(self.dir)
        return code

    def api(self, key_file, scope):
        credentials = service_account.Credentials.from_service_account_file(
            key_file, scopes=[scope])
        return discovery.build(
            'androiddeviceprovisioning', 'v1', credentials=credentials, cache_discovery=False,
            discoveryServiceUrl=self.endpoint + '/$discovery/rest?version=v1')


def imei(number):
    """Returns a valid IMEI, different for each number."""
    digits = '35%012d' % number
    doubled = [int(d) * (i % 2 + 1) for i, d in enumerate(digits)]
    return digits + str(-sum(d // 10 + d % 10 for d in doubled) % 10)


def methods_of(resources):
    """Returns the methods of these resources and of the resources below them."""
    for resource in resources.values():
        yield from resource.get('methods', {}).values()
        yield from methods_of(resource.get('resources', {}))


class ClientTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = Sandbox(PROGRAM)
        cls.reseller, cls.stranger = cls.sandbox.ready['resellers']
        cls.partner = cls.reseller['partnerId']
        cls.parent = 'partners/' + cls.partner
        cls.customer_id = cls.reseller['customerIds'][0]
        cls.customer = 'customers/' + cls.customer_id
        cls.ours = cls.sandbox.api(cls.reseller['credentials'], RESELLER_SCOPE)
        account = next(c for c in cls.sandbox.ready['customers']
                       if c['customerId'] == cls.customer_id)
        cls.theirs = cls.sandbox.api(account['credentials'], CUSTOMER_SCOPE)

    @classmethod
    def tearDownClass(cls):
        assert cls.sandbox.stop() == 0

    def claim_body(self, number, customer=None):
        # Numbers for int64 fields: the library sends the value unchanged.
        return {'deviceIdentifier': {'imei': imei(number), 'manufacturer': 'Google'},
                'sectionType': ZERO_TOUCH, 'customerId': int(customer or self.customer_id)}

    def claim(self, number, customer=None):
        return self.ours.partners().devices().claim(
            partnerId=self.partner, body=self.claim_body(number, customer)).execute()['deviceId']

    def finished(self, operation):
        end = time.monotonic() + 120
        while time.monotonic() < end:
            answer = self.ours.operations().get(name=operation['name']).execute()
            if answer.get('done'):
                return answer
        return self.fail('the operation did not finish')

    def refused(self, request, status, code=None):
        with self.assertRaises(errors.HttpError) as caught:
            request.execute()
        self.assertEqual(caught.exception.resp.status, status)
        error = json.loads(caught.exception.content)['error']
        self.assertEqual(error['code'], status)
        if code:
            self.assertEqual(error['details'][0]['@type'], API_TYPES + 'CustomError')
            self.assertEqual(error['details'][0]['code'], code)
        return error

    def test_customers_by_the_paging_helper(self):
        customers = self.ours.partners().customers()
        for number in range(5):
            created = customers.create(parent=self.parent, body={'customer': {
                'companyName': 'Caf\u00e9 \U0001f600 %d' % number,
                'ownerEmails': ['a@example.com']}}).execute()
            self.assertEqual(created['companyName'], 'Caf\u00e9 \U0001f600 %d' % number)
        pages = 0
        names = []
        request = customers.list(partnerId=self.partner, pageSize=2)
        while request is not None:
            answer = request.execute()
            pages += 1
            names += [c['companyName'] for c in answer['customers']]
            request = customers.list_next(request, answer)
        self.assertGreater(pages, 2)
        self.assertIn('Caf\u00e9 \U0001f600 4', names)

    def test_vendors(self):
        vendors = self.ours.partners().vendors()
        found = vendors.list(parent=self.parent).execute()['vendors']
        self.assertEqual([v['companyId'] for v in found], self.reseller['vendorIds'])
        vendors.customers().list(parent=found[0]['name'], pageSize=10).execute()

    def test_claim_get_find_unclaim(self):
        device_id = self.claim(1)
        devices = self.ours.partners().devices()
        name = '%s/devices/%s' % (self.parent, device_id)
        self.assertEqual(devices.get(name=name).execute()['deviceIdentifier']['imei'], imei(1))
        self.assertEqual(devices.get(name=name, fields='deviceId').execute(),
                         {'deviceId': device_id})
        found = devices.findByIdentifier(partnerId=self.partner, body={
            'deviceIdentifier': {'imei': imei(1)}, 'limit': 1}).execute()
        self.assertEqual(found['devices'][0]['deviceId'], device_id)
        self.assertEqual(devices.unclaim(partnerId=self.partner, body={
            'deviceId': device_id, 'sectionType': ZERO_TOUCH}).execute(), {})
        self.assertNotIn('claims', devices.get(name=name).execute())

    def test_find_by_owner_with_a_bare_customer(self):
        customer = self.reseller['customerIds'][1]
        device_id = self.claim(2, customer)
        found = self.ours.partners().devices().findByOwner(partnerId=self.partner, body={
            'customerId': customer, 'sectionType': ZERO_TOUCH, 'limit': 100}).execute()
        self.assertEqual([d['deviceId'] for d in found['devices']], [device_id])

    def test_metadata(self):
        device_id = self.claim(3)
        devices = self.ours.partners().devices()
        entries = {'phonenumber': '+1 (800) 555-0100', 'ordernumber': 'GOOG#123/ABC'}
        self.assertEqual(devices.metadata(
            metadataOwnerId=self.partner, deviceId=device_id,
            body={'deviceMetadata': {'entries': entries}}).execute()['entries'], entries)
        done = self.finished(devices.updateMetadataAsync(partnerId=self.partner, body={'updates': [
            {'deviceId': device_id, 'deviceMetadata': {'entries': {'phonenumber': ''}}},
            {'deviceId': '4242', 'deviceMetadata': {'entries': {'phonenumber': '1'}}},
        ]}).execute())
        self.assertEqual(done['response']['successCount'], 1)
        self.assertEqual(done['response']['perDeviceStatus'][0]['updateMetadata']['deviceId'],
                         device_id)

    def test_sim_lock_state(self):
        self.claim(4)
        self.assertEqual(self.ours.partners().devices().getSimLockState(
            partnerId=self.partner, body={'deviceIdentifier': {'imei': imei(4)}}).execute(),
                         {'simLockState': 'UNLOCKED'})

    def test_the_customers_side(self):
        device_id = self.claim(5)
        customers = self.theirs.customers()
        found = customers.list(pageSize=100).execute()['customers']
        self.assertEqual([c['name'] for c in found], [self.customer])
        dpcs = customers.dpcs().list(parent=self.customer).execute()['dpcs']
        configurations = customers.configurations()
        made = configurations.create(parent=self.customer, body={
            'companyName': 'Acme', 'configurationName': 'Kiosk',
            'contactEmail': 'it@example.com', 'contactPhone': '+1 (800) 555-0100',
            'dpcResourcePath': dpcs[0]['name'], 'isDefault': False}).execute()
        self.assertEqual(configurations.patch(
            name=made['name'], updateMask='customMessage',
            body={'customMessage': 'Hello', 'configurationId': '1'}).execute()['customMessage'],
                         'Hello')
        self.assertEqual(configurations.get(name=made['name']).execute()['companyName'], 'Acme')
        devices = customers.devices()
        self.assertEqual(devices.applyConfiguration(parent=self.customer, body={
            'device': {'deviceId': device_id}, 'configuration': made['name']}).execute(), {})
        name = '%s/devices/%s' % (self.customer, device_id)
        self.assertEqual(devices.get(name=name).execute()['configuration'], made['name'])
        self.assertEqual(devices.removeConfiguration(parent=self.customer, body={
            'device': {'deviceId': device_id}}).execute(), {})
        self.assertEqual(configurations.delete(name=made['name']).execute(), {})
        self.assertNotIn(made['name'], str(configurations.list(parent=self.customer).execute()))

        seen = []
        request = devices.list(parent=self.customer, pageSize='1')
        while request is not None:
            answer = request.execute()
            seen += [d['deviceId'] for d in answer.get('devices', [])]
            request = devices.list_next(request, answer)
        self.assertIn(device_id, seen)
        self.assertEqual(devices.unclaim(parent=self.customer, body={
            'device': {'deviceId': device_id}}).execute(), {})
        self.refused(devices.get(name=name), 404)

    def test_a_get_that_is_too_long_for_a_url(self):
        device_id = self.claim(6)
        wanted = 'deviceId,' + ','.join(['deviceIdentifier(imei,serialNumber)'] * 100)
        answer = self.ours.partners().devices().get(
            name='%s/devices/%s' % (self.parent, device_id), fields=wanted).execute()
        self.assertEqual(answer, {'deviceId': device_id, 'deviceIdentifier': {'imei': imei(6)}})

    def test_batch_of_a_thousand_calls(self):
        answers = {}

        def note(request_id, answer, error):
            answers[request_id] = error or answer

        batch = self.ours.new_batch_http_request(callback=note)
        devices = self.ours.partners().devices()
        for number in range(998):
            batch.add(devices.claim(partnerId=self.partner, body=self.claim_body(10000 + number)),
                      request_id='claim %d \u00fc' % number)
        batch.add(devices.get(name=self.parent + '/devices/4242'), request_id='unknown + 1')
        batch.add(devices.claim(partnerId=self.stranger['partnerId'], body=self.claim_body(7)),
                  request_id='theirs')
        batch.execute()
        self.assertEqual(len(answers), 1000)
        self.assertEqual(answers.pop('unknown + 1').resp.status, 404)
        self.assertEqual(answers.pop('theirs').resp.status, 403)
        found = {answers['claim %d \u00fc' % n]['deviceId'] for n in range(998)}
        self.assertEqual(len(found), 998)

    def test_five_thousand_devices_with_failing_ones(self):
        numbers = range(20000, 25000)
        devices = self.ours.partners().devices()
        claims = [self.claim_body(n) for n in numbers if n % 10]
        done = self.finished(devices.claimAsync(
            partnerId=self.partner, body={'claims': claims}).execute())
        self.assertEqual(done['response']['successCount'], 4500)

        def text(number):  # every hundredth has a wrong check digit
            good = imei(number)
            return good if number % 100 else good[:-1] + str((int(good[-1]) + 1) % 10)

        accepted = devices.unclaimAsync(partnerId=self.partner, body={'unclaims': [
            {'deviceIdentifier': {'imei': text(n)}, 'sectionType': ZERO_TOUCH}
            for n in numbers]}).execute()
        self.assertNotIn('done', accepted)
        self.assertEqual(accepted['metadata']['devicesCount'], 5000)
        response = self.finished(accepted)['response']
        self.assertEqual(response['@type'], API_TYPES + 'DevicesLongRunningOperationResponse')
        self.assertEqual(response['successCount'], 4500)
        for number, status in zip(numbers, response['perDeviceStatus']):
            self.assertEqual(status['unclaim']['deviceIdentifier']['imei'], text(number))
            wanted = None
            if number % 10 == 0:
                wanted = 'INVALID_DEVICE_ID' if number % 100 else 'INVALID_IMEI'
            self.assertEqual(status['result'].get('errorIdentifier'), wanted)

    def test_errors(self):
        devices = self.ours.partners().devices()
        body = self.claim_body(8)
        body['deviceIdentifier'] = {'imei': '1'}
        self.refused(devices.claim(partnerId=self.partner, body=body), 400, 'INVALID_IMEI')
        error = self.refused(devices.claim(partnerId=self.partner, body={'nope': 1}), 400)
        self.assertIn('Unknown name "nope"', error['message'])
        self.refused(devices.get(name=self.parent + '/devices/4242'), 404, 'INVALID_DEVICE_ID')
        self.refused(self.ours.partners().customers().list(partnerId=self.stranger['partnerId']),
                     403, 'AUTHORIZATION_FAIL')
        other = self.sandbox.api(self.reseller['credentials'], CUSTOMER_SCOPE)
        error = self.refused(other.partners().customers().list(partnerId=self.partner), 403)
        self.assertEqual(error['details'][0]['reason'], 'ACCESS_TOKEN_SCOPE_INSUFFICIENT')

    def anonymous(self):
        return discovery.build(
            'androiddeviceprovisioning', 'v1', developerKey='AIza', cache_discovery=False,
            discoveryServiceUrl=self.sandbox.endpoint + '/$discovery/rest?version=v1')

    def test_without_credentials(self):
        self.refused(self.anonymous().partners().customers().list(partnerId=self.partner), 401)

    def arguments_of_another(self, method):
        """Returns the parameters of a caller that uses another company's ids."""
        arguments = {'body': {}} if 'request' in method else {}
        for name, parameter in method.get('parameters', {}).items():
            if parameter['location'] != 'path':
                continue
            pattern = parameter.get('pattern', '')
            other = self.stranger['partnerId']
            if pattern.startswith('^customers/'):
                other = self.stranger['customerIds'][0]
            arguments[name] = pattern[1:-1].replace('[^/]+', other) or other
            if pattern.startswith('^operations/'):
                arguments[name] = 'operations/apibatchoperation/1'
        return arguments or {'pageToken': 'forged'}

    def test_every_method_is_refused(self):
        with urllib.request.urlopen(
                self.sandbox.endpoint + '/$discovery/rest?version=v1') as answer:
            methods = list(methods_of(json.load(answer)['resources']))
        self.assertEqual(27, len(methods))
        statuses = {'customers.list': 400, 'operations.get': 404}
        anonymous = self.anonymous()
        for method in methods:
            _, *path, name = method['id'].split('.')
            with self.subTest(method['id']):
                for client, status in [
                        (self.theirs if path[0] == 'customers' else self.ours,
                         statuses.get('.'.join([*path, name]), 403)), (anonymous, 401)]:
                    for resource in path:
                        client = getattr(client, resource)()
                    self.refused(getattr(client, name)(**self.arguments_of_another(method)), status)

    def test_too_many_operations(self):
        slow = Sandbox(PROGRAM, '--operation-items-per-second', '0.01')
        self.addCleanup(slow.stop)
        own = slow.ready['resellers'][0]
        unclaim = {'deviceIdentifier': {'imei': imei(1)}, 'sectionType': ZERO_TOUCH}
        devices = slow.api(own['credentials'], RESELLER_SCOPE).partners().devices()
        call = devices.unclaimAsync(partnerId=own['partnerId'], body={'unclaims': [unclaim] * LONG})
        for _ in range(MOST_UNFINISHED):
            self.assertNotIn('done', call.execute())
        error = self.refused(call, 429)
        self.assertEqual(error['status'], 'RESOURCE_EXHAUSTED')
        with self.assertRaises(errors.HttpError) as caught:
            call.execute()
        self.assertGreater(int(caught.exception.resp['retry-after']), 0)

    def test_a_forged_key_gets_no_token(self):
        with open(self.reseller['credentials'], encoding='utf-8') as file:
            key = json.load(file)
        with open(self.stranger['credentials'], encoding='utf-8') as file:
            key['private_key'] = json.load(file)['private_key']
        credentials = service_account.Credentials.from_service_account_info(
            key, scopes=[RESELLER_SCOPE])
        with self.assertRaises(google.auth.exceptions.RefreshError) as caught:
            discovery.build('androiddeviceprovisioning', 'v1', credentials=credentials,
                            cache_discovery=False,
                            discoveryServiceUrl=self.sandbox.endpoint + '/$discovery/rest'
                            ).partners().customers().list(partnerId=self.partner).execute()
        self.assertIn('invalid_grant', str(caught.exception))


if __name__ == '__main__':
    PROGRAM = sys.argv.pop(1)
    unittest.main()
