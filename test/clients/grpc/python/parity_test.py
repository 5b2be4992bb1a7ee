#!/usr/bin/python3
"""The same call by REST and by gRPC has the same answer:
parity_test.py ZEROTOUCHD PROTOS GOOGLEAPIS."""

import copy
import http.client
import json
import re
import sys
import tempfile
import unittest
import urllib.parse

import grpc

import sandbox

PROGRAM, PROTOS, GOOGLEAPIS = sys.argv[1:4]
GENERATED = tempfile.TemporaryDirectory()
sandbox.generate(PROTOS, GOOGLEAPIS, GENERATED.name)

# pylint: disable=wrong-import-position,unused-import
from google.android.device.provisioning.v1 import errors_pb2, service_pb2
from google.api import annotations_pb2
from google.longrunning import operations_pb2
from google.protobuf import json_format, message_factory
from google.rpc import error_details_pb2, error_info_pb2, status_pb2

LEAST = 300
CUSTOMER_SCOPE = 'https://www.googleapis.com/auth/androidworkzerotouchemm'
ZERO_TOUCH = 'SECTION_TYPE_ZERO_TOUCH'
FILES = {'PartnerService': service_pb2, 'CustomerService': service_pb2,
         'Operations': operations_pb2}
HTTP_STATUS = {
    'INVALID_ARGUMENT': 400, 'FAILED_PRECONDITION': 400, 'OUT_OF_RANGE': 400,
    'UNAUTHENTICATED': 401, 'PERMISSION_DENIED': 403, 'NOT_FOUND': 404, 'ABORTED': 409,
    'ALREADY_EXISTS': 409, 'RESOURCE_EXHAUSTED': 429, 'CANCELLED': 499, 'INTERNAL': 500,
    'UNKNOWN': 500, 'DATA_LOSS': 500, 'UNIMPLEMENTED': 501, 'UNAVAILABLE': 503,
    'DEADLINE_EXCEEDED': 504}
IDENTIFIERS = [
    {}, {'imei': '490154203237519'}, {'imei': '1'}, {'imei': 'abc'}, {'imei': '9' * 40},
    {'meid': 'A0'}, {'meid': 'G' * 14}, {'meid': '1' * 30}, {'imei2': sandbox.imei(9)},
    {'serialNumber': 'S'}, {'serialNumber': 'S', 'manufacturer': 'nobody', 'model': 'M'},
    {'manufacturer': 'Google'}, {'model': 'M'}, {'imei': sandbox.imei(9), 'meid': 'A0'},
    {'chromeOsAttestedDeviceId': 'x'}, {'deviceType': 'DEVICE_TYPE_CHROME_OS'},
    {'serialNumber': 'x' * 500, 'manufacturer': 'Google', 'model': 'M'}]
PAGES = [{'pageSize': 1}, {'pageSize': 100}, {'pageSize': -1}, {'pageSize': 101},
         {'pageSize': 2147483647}, {'pageToken': 'forged'}, {'pageToken': 'ä b/+'}]
BAD_IDS = ['0', '1', '-1', 'abc', '9223372036854775808', '01']


def message_type(descriptor):
    return message_factory.MessageFactory().GetPrototype(descriptor)


def take(request, path):
    """Removes and returns the field that a path names."""
    *parents, last = path.split('.')
    for parent in parents:
        request = request[parent]
    return str(request.pop(last))


def camel(name):
    return re.sub(r'_(\w)', lambda found: found.group(1).upper(), name)


def rest_form(method, request):
    """The verb, target and body that the annotation of a method makes of a request."""
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    verb = rule.WhichOneof('pattern')
    left = copy.deepcopy(request)
    path = re.sub(r'\{([\w.]+)(?:=[^}]*)?\}',
                  lambda found: urllib.parse.quote(take(left, camel(found.group(1)))),
                  getattr(rule, verb))
    body = None
    if rule.body == '*':
        body, left = left, {}
    elif rule.body:
        body = left.pop(rule.body, {})
    query = urllib.parse.urlencode(left, doseq=True)
    return verb.upper(), path + ('?' + query if query else ''), body


class ParityTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.compared = 0
        cls.sandbox = sandbox.Sandbox(PROGRAM)
        cls.addClassCleanup(cls.stop)
        ready = cls.sandbox.ready
        address = urllib.parse.urlsplit(ready['endpoint'])
        cls.http = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        cls.addClassCleanup(cls.http.close)
        cls.partner = str(cls.sandbox.partner)
        cls.parent = f'partners/{cls.partner}'
        cls.customer = f'customers/{cls.sandbox.customer}'
        account = next(c for c in ready['customers']
                       if c['customerId'] == str(cls.sandbox.customer))
        audience = ready['endpoint'] + '/'

        def token(of, *arguments):
            with open(of['credentials'], encoding='utf-8') as file:
                return sandbox.sign(json.load(file), audience, *arguments)

        partner, other = ready['resellers'][:2]
        cls.tokens = {
            'partner': token(partner), 'customer': token(account, CUSTOMER_SCOPE),
            'other': token(other), 'none': None, 'garbage': 'garbage',
            'expired': token(partner, sandbox.SCOPE, 7200),
            'scope': token(partner, CUSTOMER_SCOPE), 'wrong': token(account, sandbox.SCOPE)}

    @classmethod
    def stop(cls):
        code = cls.sandbox.stop()
        assert code == 0, f'exit code {code}'

    def rest(self, method, request, token):
        verb, target, body = rest_form(method, request)
        headers = {'Authorization': 'Bearer ' + token} if token else {}
        if body is not None:
            headers['Content-Type'] = 'application/json'
        self.http.request(verb, '/' + target.lstrip('/'),
                          None if body is None else json.dumps(body), headers)
        answer = self.http.getresponse()
        return answer.status, json.loads(answer.read())

    def grpc(self, method, request, token):
        """The name of the code, and the answer or the google.rpc.Status, as JSON has them."""
        stub = self.sandbox.channel.unary_unary(
            f'/{method.containing_service.full_name}/{method.name}',
            request_serializer=lambda sent: sent.SerializeToString(),
            response_deserializer=message_type(method.output_type).FromString)
        metadata = [('authorization', 'Bearer ' + token)] if token else []
        try:
            answer = stub(request, metadata=metadata, timeout=60)
        except grpc.RpcError as error:
            trailers = dict(error.trailing_metadata())
            status = status_pb2.Status.FromString(trailers.get('grpc-status-details-bin', b''))
            details = json_format.MessageToDict(status).get('details', [])
            return error.code().name, {'message': error.details(), 'details': details}
        return 'OK', json_format.MessageToDict(answer)

    def compare(self, service, name, request, token=None, twin=None, same=lambda answer: answer):
        """Makes a call by both; `twin` is what gRPC sends if the call may succeed but once."""
        method = FILES[service].DESCRIPTOR.services_by_name[service].methods_by_name[name]
        token = self.tokens[token or ('customer' if service == 'CustomerService' else 'partner')]
        try:
            message = json_format.ParseDict(twin or request, message_type(method.input_type)())
        except json_format.ParseError:
            return None  # JSON alone can say this.
        type(self).compared += 1
        status, rest = self.rest(method, request, token)
        code, called = self.grpc(method, message, token)
        with self.subTest(method=f'{service}.{name}', request=request, token=token and token[-6:]):
            if code == 'OK':
                self.assertEqual(200, status, rest)
                self.assertEqual(same(rest), same(called))
            else:
                self.assertEqual((HTTP_STATUS[code], code), (status, rest['error']['status']), rest)
                self.assertEqual(status, rest['error']['code'])
                self.assertEqual({'message': rest['error']['message'],
                                  'details': rest['error'].get('details', [])}, called)
        return rest

    def claim_of(self, serial, **changes):
        return {'partnerId': self.partner, 'deviceIdentifier': {'imei': sandbox.imei(serial)},
                'sectionType': ZERO_TOUCH, 'customerId': str(self.sandbox.customer)} | changes

    def calls(self):
        """A call of every method that needs nothing prepared, and cannot spoil another."""
        of_partner, device = {'partnerId': self.partner}, {'deviceIdentifier': {'imei': 'abc'}}
        of_customer = {'parent': self.customer, 'device': {'deviceId': '1'}}
        configuration = self.customer + '/configurations/1'
        for name, request in [
                ('ClaimDevice', self.claim_of(1)), ('ClaimDevicesAsync', of_partner),
                ('UnclaimDevice', of_partner | device), ('UnclaimDevicesAsync', of_partner),
                ('FindDevicesByDeviceIdentifier', of_partner | device),
                ('FindDevicesByOwner', of_partner),
                ('GetDevice', {'name': self.parent + '/devices/1'}),
                ('GetDeviceSimLockState', of_partner | device),
                ('UpdateDeviceMetadata', {'metadataOwnerId': self.partner, 'deviceId': '1'}),
                ('UpdateDeviceMetadataInBatch', of_partner),
                ('CreateCustomer', {'parent': self.parent}), ('ListCustomers', of_partner),
                ('ListVendors', {'parent': self.parent}),
                ('ListVendorCustomers', {'parent': self.parent + '/vendors/1'})]:
            yield 'PartnerService', name, request
        for name, request in [
                ('ListCustomers', {}),
                ('CreateConfiguration', {'parent': self.customer, 'configuration': {}}),
                ('DeleteConfiguration', {'name': configuration}),
                ('GetConfiguration', {'name': configuration}),
                ('ListConfigurations', {'parent': self.customer}),
                ('UpdateConfiguration', {'configuration': {'name': configuration}}),
                ('ApplyConfiguration', of_customer | {'configuration': configuration}),
                ('GetDevice', {'name': self.customer + '/devices/1'}),
                ('ListDevices', {'parent': self.customer}), ('RemoveConfiguration', of_customer),
                ('UnclaimDevice', of_customer), ('ListDpcs', {'parent': self.customer})]:
            yield 'CustomerService', name, request
        yield 'Operations', 'ListOperations', {'name': 'operations'}
        for name in ('Get', 'Delete', 'Cancel', 'Wait'):
            yield 'Operations', name + 'Operation', {'name': 'operations/apibatchoperation/1'}

    def test_1_every_method_with_every_token(self):
        for service, name, request in self.calls():
            for token in (None, 'none', 'garbage', 'expired', 'scope', 'wrong', 'other'):
                self.compare(service, name, request, token)

    def test_2_identifiers(self):
        for identifier in IDENTIFIERS:
            of = {'partnerId': self.partner, 'deviceIdentifier': identifier}
            self.compare('PartnerService', 'FindDevicesByDeviceIdentifier', of)
            self.compare('PartnerService', 'FindDevicesByDeviceIdentifier', of | {'limit': 1})
            self.compare('PartnerService', 'GetDeviceSimLockState', of)
            self.compare('PartnerService', 'UnclaimDevice', of | {'sectionType': ZERO_TOUCH})

    def test_3_pages(self):
        for page in PAGES:
            self.compare('PartnerService', 'ListCustomers', {'partnerId': self.partner} | page)
            self.compare('PartnerService', 'ListVendors', {'parent': self.parent} | page)
            self.compare('CustomerService', 'ListCustomers', page)
            self.compare('CustomerService', 'ListDevices', {'parent': self.customer} | page)
            self.compare('Operations', 'ListOperations', {'name': 'operations'} | page)

    def test_4_names(self):
        for bad in BAD_IDS:
            for service, name, request in self.calls():
                for field in ('name', 'parent'):
                    if '/' in request.get(field, ''):
                        head = request[field].rpartition('/')[0]
                        self.compare(service, name, request | {field: f'{head}/{bad}'})

    def test_5_twins(self):
        def without_fresh_ids(answer):
            """The ids of what each call has made are its own."""
            return {key: re.sub(r'\d+$', 'N', value) if key in fresh else value
                    for key, value in answer.items()}

        fresh = ('deviceId', 'deviceName')
        for serial in range(100, 120, 2):
            self.compare('PartnerService', 'ClaimDevice', self.claim_of(serial),
                         twin=self.claim_of(serial + 1), same=without_fresh_ids)
            self.compare('PartnerService', 'ClaimDevice', self.claim_of(serial))
            unclaim, twin = ({'partnerId': self.partner, 'sectionType': ZERO_TOUCH,
                              'deviceIdentifier': {'imei': sandbox.imei(of)}}
                             for of in (serial, serial + 1))
            self.compare('PartnerService', 'UnclaimDevice', unclaim, twin=twin)

    def test_5_what_was_made_is_read_alike(self):
        def stripped(answer):
            return {key: value for key, value in answer.items() if key not in
                    ('name', 'configurationId', 'companyId')}  # Fresh ids.

        owner = {'partnerId': self.partner, 'sectionType': ZERO_TOUCH, 'limit': 100}
        device = self.compare('PartnerService', 'GetDevice', {
            'name': self.rest_claim(200)['deviceName']})
        self.assertIn('claims', device)
        self.compare('PartnerService', 'FindDevicesByOwner',
                     owner | {'customerId': [str(self.sandbox.customer)]})
        identifier = {'partnerId': self.partner, 'deviceIdentifier': {'imei': sandbox.imei(200)}}
        self.compare('PartnerService', 'FindDevicesByDeviceIdentifier', identifier | {'limit': 1})
        self.compare('PartnerService', 'GetDeviceSimLockState', identifier)
        self.compare('PartnerService', 'UpdateDeviceMetadata', {
            'metadataOwnerId': self.partner, 'deviceId': device['deviceId'],
            'deviceMetadata': {'entries': {'ordernumber': 'Ä-1'}}})
        self.compare('CustomerService', 'GetDevice', {
            'name': f'{self.customer}/devices/{device["deviceId"]}'})
        self.compare('PartnerService', 'CreateCustomer', {'parent': self.parent, 'customer': {
            'companyName': 'Müller', 'ownerEmails': ['owner@example.com']}}, same=stripped)
        dpcs = self.compare('CustomerService', 'ListDpcs', {'parent': self.customer})['dpcs']
        made = self.compare('CustomerService', 'CreateConfiguration', {
            'parent': self.customer, 'configuration': {
                'configurationName': 'Parity', 'companyName': 'Example',
                'contactPhone': '+1 555 0100', 'contactEmail': 'it@example.com',
                'dpcResourcePath': dpcs[0]['name']}}, same=stripped)
        self.compare('CustomerService', 'GetConfiguration', {'name': made['name']})
        for mask in ('customMessage', 'colour', 'customMessage,companyName'):
            self.compare('CustomerService', 'UpdateConfiguration', {
                'updateMask': mask, 'configuration': {
                    'name': made['name'], 'customMessage': 'Hello', 'companyName': 'Other'}})
        of = {'parent': self.customer, 'device': {'deviceId': device['deviceId']}}
        self.compare('CustomerService', 'ApplyConfiguration',
                     of | {'configuration': made['name']})
        self.compare('CustomerService', 'DeleteConfiguration', {'name': made['name']})
        self.compare('CustomerService', 'RemoveConfiguration', of)
        self.compare('CustomerService', 'ListConfigurations', {'parent': self.customer})

    def test_5_operations(self):
        def stripped(answer):
            return {key: value for key, value in answer.items() if key == 'error'}

        of = {'partnerId': self.partner}
        claims = {'claims': [self.claim_of(s) for s in (300, 301)] + [
            self.claim_of(302, deviceIdentifier={'imei': '1'})]}
        for claim in claims['claims']:
            del claim['partnerId']
        # Progress and name are of each operation alone.
        made = self.compare('PartnerService', 'ClaimDevicesAsync', of | claims, same=stripped)
        name = {'name': made['name']}
        done = self.compare('Operations', 'WaitOperation', name | {'timeout': '30s'})
        self.assertEqual(2, done['response']['successCount'])
        self.compare('Operations', 'GetOperation', name)
        for wanted in ('done=true', 'done=false', 'colour=red'):
            self.compare('Operations', 'ListOperations', {'name': 'operations', 'filter': wanted})
        self.compare('Operations', 'CancelOperation', name)

    def rest_claim(self, serial):
        return self.compare('PartnerService', 'ClaimDevice', self.claim_of(serial))

    def test_6_enough_were_compared(self):
        print(f'{self.compared} round trips compared')
        self.assertGreaterEqual(self.compared, LEAST)


if __name__ == '__main__':
    del sys.argv[1:]
    unittest.main()
