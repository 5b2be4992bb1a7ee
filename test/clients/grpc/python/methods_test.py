#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Calls every method over gRPC, answered and refused, with Debian's python3-grpcio:
methods_test.py ZEROTOUCHD PROTOS GOOGLEAPIS EXTENSIONS."""

import json
import re
import sys
import tempfile
import unittest

import grpc

import sandbox

PROGRAM, PROTOS, GOOGLEAPIS, EXTENSIONS = sys.argv[1:5]
GENERATED = tempfile.TemporaryDirectory()
sandbox.generate(PROTOS, GOOGLEAPIS, GENERATED.name)

# pylint: disable=wrong-import-position
from google.android.device.provisioning.v1 import service_pb2
from google.longrunning import operations_pb2
from google.protobuf import json_format, message_factory

CUSTOMER_SCOPE = 'https://www.googleapis.com/auth/androidworkzerotouchemm'
ZERO_TOUCH = 'SECTION_TYPE_ZERO_TOUCH'
BATCH_SIZE = 5000
SUCCESS = 'SINGLE_DEVICE_STATUS_SUCCESS'
FILES = {'PartnerService': service_pb2, 'CustomerService': service_pb2,
         'Operations': operations_pb2} | sandbox.extensions()


def message_type(descriptor):
    return message_factory.MessageFactory().GetPrototype(descriptor)


class MethodsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.sandbox = sandbox.Sandbox(PROGRAM)
        cls.addClassCleanup(cls.stop)
        cls.partner = cls.sandbox.partner
        cls.parent = f'partners/{cls.partner}'
        cls.customer = f'customers/{cls.sandbox.customer}'
        cls.stranger = 'customers/' + cls.sandbox.ready['resellers'][0]['customerIds'][1]
        account = next(c for c in cls.sandbox.ready['customers']
                       if c['customerId'] == str(cls.sandbox.customer))
        with open(account['credentials'], encoding='utf-8') as file:
            cls.customer_token = sandbox.sign(
                json.load(file), cls.sandbox.ready['endpoint'] + '/', CUSTOMER_SCOPE)

    @classmethod
    def stop(cls):
        code = cls.sandbox.stop()
        assert code == 0, f'exit code {code}'

    def call(self, service, method, role=None, **request):
        """Returns the answer as in JSON; of a streaming method, the first message."""
        file = FILES[service].DESCRIPTOR
        found = file.services_by_name[service].methods_by_name[method]
        message = json_format.ParseDict(request, message_type(found.input_type)())
        is_customer = (role or service) in ('customer', 'CustomerService')
        token = self.customer_token if is_customer else self.sandbox.token
        channel = self.sandbox.channel
        stub = (channel.unary_stream if found.server_streaming else channel.unary_unary)(
            f'/{file.package}.{service}/{method}',
            request_serializer=lambda sent: sent.SerializeToString(),
            response_deserializer=message_type(found.output_type).FromString)
        answer = stub(message, metadata=[('authorization', 'Bearer ' + token)], timeout=60)
        if found.server_streaming:
            answer = list(answer)[0]
        return json_format.MessageToDict(answer)

    def refused(self, code, service, method, role=None, **request):
        with self.assertRaises(grpc.RpcError) as caught:
            self.call(service, method, role, **request)
        self.assertEqual(code, caught.exception.code().name, caught.exception.details())
        self.assertTrue(caught.exception.details())

    def partners(self, method, **request):
        return self.call('PartnerService', method, partnerId=self.partner, **request)

    def partners_refused(self, code, method, **request):
        self.refused(code, 'PartnerService', method, partnerId=self.partner, **request)

    def claim(self, serial):
        return self.partners('ClaimDevice', **self.claim_of(serial))

    def claim_of(self, serial):
        return {'deviceIdentifier': {'imei': sandbox.imei(serial)}, 'sectionType': ZERO_TOUCH,
                'customerId': str(self.sandbox.customer)}

    def finished(self, operation):
        while not operation.get('done'):
            operation = self.call('Operations', 'WaitOperation', name=operation['name'],
                                  timeout='5s')
        return operation['response']

    def test_companies(self):
        made = self.call('PartnerService', 'CreateCustomer', parent=self.parent, customer={
            'companyName': 'Müller', 'ownerEmails': ['owner@example.com']})
        self.assertEqual('Müller', made['companyName'])
        self.refused('INVALID_ARGUMENT', 'PartnerService', 'CreateCustomer', parent=self.parent,
                     customer={'companyName': 'No Owner'})
        self.assertEqual(1, len(self.partners('ListCustomers', pageSize=1)['customers']))
        self.partners_refused('INVALID_ARGUMENT', 'ListCustomers', pageToken='forged')
        vendor = self.call('PartnerService', 'ListVendors', parent=self.parent)['vendors'][0]
        self.refused('PERMISSION_DENIED', 'PartnerService', 'ListVendors',
                     parent=f'partners/{self.sandbox.other_partner}')
        self.call('PartnerService', 'ListVendorCustomers', parent=vendor['name'])
        self.refused('NOT_FOUND', 'PartnerService', 'ListVendorCustomers',
                     parent=self.parent + '/vendors/1')

    def test_devices_of_a_reseller(self):
        claimed = self.claim(1)
        device = {'imei': sandbox.imei(1)}
        wrong = {'imei': '490154203237519'}
        self.partners_refused('INVALID_ARGUMENT', 'ClaimDevice',
                              **self.claim_of(1) | {'deviceIdentifier': wrong})
        got = self.call('PartnerService', 'GetDevice', name=claimed['deviceName'])
        self.assertEqual(device, got['deviceIdentifier'])
        self.refused('NOT_FOUND', 'PartnerService', 'GetDevice', name=self.parent + '/devices/1')
        found = self.partners('FindDevicesByDeviceIdentifier', deviceIdentifier=device, limit=1)
        self.assertEqual(claimed['deviceName'], found['devices'][0]['name'])
        self.partners_refused('INVALID_ARGUMENT', 'FindDevicesByDeviceIdentifier',
                              deviceIdentifier=device)
        owner = {'customerId': [str(self.sandbox.customer)], 'limit': 100}
        found = self.partners('FindDevicesByOwner', sectionType=ZERO_TOUCH, **owner)
        self.assertIn(claimed['deviceName'], [d['name'] for d in found['devices']])
        self.partners_refused('INVALID_ARGUMENT', 'FindDevicesByOwner', **owner)
        self.assertEqual({'simLockState': 'UNLOCKED'},
                         self.partners('GetDeviceSimLockState', deviceIdentifier=device))
        self.partners_refused('INVALID_ARGUMENT', 'GetDeviceSimLockState', deviceIdentifier=wrong)
        of = {'metadataOwnerId': self.partner, 'deviceId': claimed['deviceId']}
        written = self.call('PartnerService', 'UpdateDeviceMetadata', **of,
                            deviceMetadata={'entries': {'ordernumber': 'A-1'}})
        self.assertEqual('A-1', written['entries']['ordernumber'])
        self.refused('INVALID_ARGUMENT', 'PartnerService', 'UpdateDeviceMetadata', **of,
                     deviceMetadata={'entries': {'colour': 'red'}})
        unclaim = {'deviceIdentifier': device, 'sectionType': ZERO_TOUCH}
        self.assertEqual({}, self.partners('UnclaimDevice', **unclaim))
        self.partners_refused('FAILED_PRECONDITION', 'UnclaimDevice', **unclaim)

    def test_extensions(self):
        with open(EXTENSIONS, encoding='utf-8') as file:
            calls = json.load(file)['calls']
        names = {'partner': self.partner, 'otherPartner': self.sandbox.other_partner,
                 'customer': self.sandbox.customer, 'otherCustomer': self.stranger.split('/')[1]}

        def filled(text):
            return re.sub(r'\$\{(\w+)\}', lambda name: str(names[name.group(1)]), text)

        def at(answer, path):
            for step in path.split('.'):
                answer = answer[int(step)] if isinstance(answer, list) else answer[step]
            return answer

        for call in calls:
            with self.subTest(call=call['call']):
                request = json.loads(filled(json.dumps(call['request'])))
                arguments = (*call['call'].split('.'), call.get('as'))
                if 'refused' in call:
                    self.refused(call['refused'], *arguments, **request)
                    continue
                answer = self.call(*arguments, **request)
                for path, wanted in call.get('expect', {}).items():
                    wanted = filled(wanted) if isinstance(wanted, str) else wanted
                    self.assertEqual(wanted, at(answer, path))
                for name, path in call.get('save', {}).items():
                    names[name] = at(answer, path)

    def test_batches(self):
        known = [s for s in range(1000, 1000 + BATCH_SIZE) if s % 10]
        claims = self.partners('ClaimDevicesAsync', claims=[self.claim_of(s) for s in known])
        self.assertEqual(len(known), self.finished(claims)['successCount'])
        updates = self.partners('UpdateDeviceMetadataInBatch', updates=[
            {'deviceIdentifier': {'imei': sandbox.imei(s)},
             'deviceMetadata': {'entries': {'ordernumber': '7'}}} for s in known])
        self.assertEqual(len(known), self.finished(updates)['successCount'])
        unclaims = self.partners('UnclaimDevicesAsync', unclaims=[
            {'deviceIdentifier': {'imei': sandbox.imei(s)}, 'sectionType': ZERO_TOUCH}
            for s in range(1000, 1000 + BATCH_SIZE)])
        results = self.finished(unclaims)['perDeviceStatus']
        for serial, result in zip(range(1000, 1000 + BATCH_SIZE), results, strict=True):
            self.assertEqual(sandbox.imei(serial), result['unclaim']['deviceIdentifier']['imei'])
            wanted = SUCCESS if serial % 10 else 'SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER'
            self.assertEqual(wanted, result['result']['status'])
        for method in ('ClaimDevicesAsync', 'UnclaimDevicesAsync', 'UpdateDeviceMetadataInBatch'):
            self.partners_refused('INVALID_ARGUMENT', method)
        self.operations(unclaims['name'])

    def operations(self, name):
        self.assertTrue(self.call('Operations', 'GetOperation', name=name)['done'])
        listed = self.call('Operations', 'ListOperations', name='operations', filter='done=true')
        self.assertIn(name, [operation['name'] for operation in listed['operations']])
        self.refused('INVALID_ARGUMENT', 'Operations', 'ListOperations', name='operations',
                     filter='colour=red')
        self.assertEqual({}, self.call('Operations', 'CancelOperation', name=name))
        self.assertEqual({}, self.call('Operations', 'DeleteOperation', name=name))
        for method in ('Get', 'Wait', 'Cancel', 'Delete'):
            self.refused('NOT_FOUND', 'Operations', method + 'Operation', name=name)

    def customers(self, method, **request):
        return self.call('CustomerService', method, **request)

    def customers_refused(self, code, method, **request):
        self.refused(code, 'CustomerService', method, **request)

    def test_configurations(self):
        listed = self.customers('ListCustomers', pageSize=1)
        self.assertEqual([self.customer], [c['name'] for c in listed['customers']])
        self.customers_refused('INVALID_ARGUMENT', 'ListCustomers', pageToken='forged')
        dpcs = self.customers('ListDpcs', parent=self.customer)['dpcs']
        self.customers_refused('PERMISSION_DENIED', 'ListDpcs', parent=self.stranger)
        made = self.customers('CreateConfiguration', parent=self.customer, configuration={
            'configurationName': 'gRPC', 'companyName': 'Example', 'contactPhone': '+1 555 0100',
            'contactEmail': 'it@example.com', 'dpcResourcePath': dpcs[0]['name']})
        self.customers_refused('INVALID_ARGUMENT', 'CreateConfiguration', parent=self.customer,
                               configuration={'configurationName': 'x'})
        name = made['name']
        self.assertEqual(made, self.customers('GetConfiguration', name=name))
        patched = self.customers('UpdateConfiguration', updateMask='customMessage', configuration={
            'name': name, 'customMessage': 'Hello', 'companyName': 'not in the mask'})
        self.assertEqual(made | {'customMessage': 'Hello'}, patched)
        self.customers_refused('INVALID_ARGUMENT', 'UpdateConfiguration', updateMask='colour',
                               configuration={'name': name})
        listed = self.customers('ListConfigurations', parent=self.customer)
        self.assertEqual([patched], listed['configurations'])
        self.customers_refused('PERMISSION_DENIED', 'ListConfigurations', parent=self.stranger)
        self.devices_of_a_customer(name)
        self.assertEqual({}, self.customers('DeleteConfiguration', name=name))
        self.customers_refused('NOT_FOUND', 'DeleteConfiguration', name=name)
        self.customers_refused('NOT_FOUND', 'GetConfiguration', name=name)

    def devices_of_a_customer(self, configuration):
        device = {'deviceId': self.claim(2)['deviceId']}
        of = {'parent': self.customer, 'device': device}
        unknown = {'parent': self.customer, 'device': {'deviceId': '1'}}
        name = f'{self.customer}/devices/{device["deviceId"]}'
        listed = self.customers('ListDevices', parent=self.customer, pageSize=100)
        self.assertIn(name, [d['name'] for d in listed['devices']])
        self.customers_refused('INVALID_ARGUMENT', 'ListDevices', parent=self.customer,
                               pageToken='forged')
        self.customers('ApplyConfiguration', configuration=configuration, **of)
        self.customers_refused('NOT_FOUND', 'ApplyConfiguration', configuration=configuration,
                               **unknown)
        self.assertEqual(configuration, self.customers('GetDevice', name=name)['configuration'])
        for method in ('RemoveConfiguration', 'UnclaimDevice'):
            self.assertEqual({}, self.customers(method, **of))
            self.customers_refused('NOT_FOUND', method, **unknown)
        self.customers_refused('NOT_FOUND', 'GetDevice', name=name)


if __name__ == '__main__':
    del sys.argv[1:]
    unittest.main()
