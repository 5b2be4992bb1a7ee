#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the same calls over REST and gRPC, and compares answers and errors:
parity_test.py ZEROTOUCHD PROTOS GOOGLEAPIS.

A case is a method and a request. The REST form is made from the method's
google.api.http annotation. Calls that change something are made once over each
transport, on different resources, whose ids are then treated as equal.
"""

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

# pylint: disable=wrong-import-position
from google.android.device.provisioning.v1 import errors_pb2, service_pb2
from google.api import annotations_pb2
from google.longrunning import operations_pb2
from google.protobuf import json_format, message_factory
from google.rpc import code_pb2, error_details_pb2, status_pb2

# The types of error details. Importing them registers them.
DETAILS = (errors_pb2, error_details_pb2)
CUSTOMER_SCOPE = 'https://www.googleapis.com/auth/androidworkzerotouchemm'
ZERO_TOUCH, SIM_LOCK = 'SECTION_TYPE_ZERO_TOUCH', 'SECTION_TYPE_SIM_LOCK'
FEWEST = 300
# google.rpc.Code as an HTTP status (google/rpc/code.proto).
HTTP_STATUS = {'INVALID_ARGUMENT': 400, 'FAILED_PRECONDITION': 400, 'UNAUTHENTICATED': 401,
               'PERMISSION_DENIED': 403, 'NOT_FOUND': 404, 'RESOURCE_EXHAUSTED': 429}
METHODS = {method.name: method
           for file in (service_pb2, operations_pb2)
           for service in file.DESCRIPTOR.services_by_name.values()
           for method in service.methods}
# Both services have a method of this name.
METHODS['CustomerUnclaimDevice'] = (
    service_pb2.DESCRIPTOR.services_by_name['CustomerService'].methods_by_name['UnclaimDevice'])
METHODS['UnclaimDevice'] = (
    service_pb2.DESCRIPTOR.services_by_name['PartnerService'].methods_by_name['UnclaimDevice'])
for both in ('ListCustomers', 'GetDevice'):
    for service, prefix in (('PartnerService', ''), ('CustomerService', 'Customer')):
        METHODS[prefix + both] = (
            service_pb2.DESCRIPTOR.services_by_name[service].methods_by_name[both])


def camel(name):
    return re.sub(r'_(\w)', lambda found: found.group(1).upper(), name)


def message_type(descriptor):
    return message_factory.MessageFactory().GetPrototype(descriptor)


def http_form(method, request):
    """Returns verb, target and body of a request, by its annotation."""
    rule = method.GetOptions().Extensions[annotations_pb2.http]
    verb = rule.WhichOneof('pattern')
    rest = json.loads(json.dumps(request))

    def bind(found):
        holder, path = rest, [camel(part) for part in found.group(1).split('.')]
        for part in path[:-1]:
            holder = holder.get(part, {})
        return urllib.parse.quote(str(holder.pop(path[-1], 0)), safe='/')

    path = re.sub(r'\{([\w.]+)(?:=[^}]*)?\}', bind, getattr(rule, verb))
    body = None
    if rule.body == '*':
        rest, body = {}, rest
    elif rule.body:
        body = rest.pop(camel(rule.body), {})
    query = urllib.parse.urlencode(rest, doseq=True)
    return verb.upper(), path + ('?' + query if query else ''), body


class ParityTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.compared = 0
        cls.sandbox = sandbox.Sandbox(PROGRAM)
        cls.addClassCleanup(cls.stop)
        ready = cls.sandbox.ready
        cls.rest = http.client.HTTPConnection(ready['grpcEndpoint'], timeout=60)
        cls.partner = cls.sandbox.partner
        cls.owner = str(cls.sandbox.customer)
        cls.customer = f'customers/{cls.owner}'
        cls.tokens = {
            'none': None, 'forged': 'forged', 'reseller': cls.sandbox.token,
            'customer': cls.token(next(c['credentials'] for c in ready['customers']
                                       if c['customerId'] == cls.owner), CUSTOMER_SCOPE),
            'other': cls.token(ready['resellers'][1]['credentials'], sandbox.SCOPE),
            'expired': cls.token(ready['resellers'][0]['credentials'], sandbox.SCOPE, age_s=7200),
            'unscoped': cls.token(ready['resellers'][0]['credentials'], CUSTOMER_SCOPE)}

    @classmethod
    def stop(cls):
        cls.rest.close()
        code = cls.sandbox.stop()
        assert code == 0, f'exit code {code}'

    @classmethod
    def token(cls, path, scope, age_s=0):
        with open(path, encoding='utf-8') as file:
            return sandbox.sign(json.load(file), cls.sandbox.ready['endpoint'] + '/', scope, age_s)

    def by_rest(self, method, request, token):
        """Returns ('OK', answer) or (code, message and details)."""
        verb, target, body = http_form(method, request)
        headers = {'Authorization': 'Bearer ' + token} if token else {}
        self.rest.request(verb, target, None if body is None else json.dumps(body), headers)
        response = self.rest.getresponse()
        answer = json.loads(response.read())
        if response.status == 200:
            return 'OK', answer
        error = answer['error']
        self.assertEqual(response.status, error['code'])
        self.assertEqual(response.status, HTTP_STATUS[error['status']], answer)
        return error['status'], {'message': error['message'], 'details': error.get('details', [])}

    def by_grpc(self, method, request, token):
        message = json_format.ParseDict(request, message_type(method.input_type)())
        service = method.containing_service
        stub = self.sandbox.channel.unary_unary(
            f'/{service.full_name}/{method.name}',
            request_serializer=lambda sent: sent.SerializeToString(),
            response_deserializer=message_type(method.output_type).FromString)
        metadata = [('authorization', 'Bearer ' + token)] if token else []
        try:
            return 'OK', json_format.MessageToDict(stub(message, metadata=metadata, timeout=60))
        except grpc.RpcError as error:
            packed = dict(error.trailing_metadata()).get('grpc-status-details-bin', b'')
            status = status_pb2.Status.FromString(packed)
            name = error.code().name
            if packed:
                self.assertEqual(code_pb2.Code.Name(status.code), name)
                self.assertEqual(status.message, error.details())
            return name, {'message': error.details(),
                          'details': json_format.MessageToDict(status).get('details', [])}

    def compare(self, name, request, token=None, twin=None, same=()):
        """Makes the call over both transports and compares the answers.

        `twin` is the request for gRPC if it must differ. `same` has pairs of texts, of the
        REST and the gRPC answer, that count as equal.
        """
        method = METHODS[name]
        if token is None:
            of_customer = method.containing_service.name == 'CustomerService'
            token = 'customer' if of_customer else 'reseller'
        first = self.by_rest(method, request, self.tokens[token])
        second = self.by_grpc(method, request if twin is None else twin, self.tokens[token])
        texts = [json.dumps(answer, sort_keys=True) for answer in (first, second)]
        for rest_text, grpc_text in same:
            texts = [texts[0].replace(rest_text, '#'), texts[1].replace(grpc_text, '#')]
        with self.subTest(method=name, request=request, token=token):
            self.assertEqual(texts[0], texts[1])
            type(self).compared += 1
        return first, second

    def await_done(self, name):
        done = False
        while not done:  # each call waits for up to 10 s
            done = self.by_grpc(METHODS['WaitOperation'], {'name': name},
                                self.tokens['reseller'])[1].get('done')

    def of_partner(self, **request):
        return {'partnerId': str(self.partner), **request}

    def claim_of(self, serial):
        return self.of_partner(deviceIdentifier={'imei': sandbox.imei(serial)},
                               sectionType=ZERO_TOUCH, customerId=self.owner)

    def identifiers(self):
        good = sandbox.imei(1)
        return [{'imei': good}, {'imei': f'{good[:8]} {good[8:14]}-{good[14]}'},
                {'imei': good[:14]}, {'imei': good[:14] + '07'}, {'imei2': good},
                {'imei': good, 'manufacturer': 'Google', 'model': 'Pixel'},
                {'imei': sandbox.imei(9)},
                {'imei': good[:14] + str((int(good[14]) + 1) % 10)}, {'imei': good[:13]},
                {'imei': good + '123'}, {'imei': 'x' * 15}, {'imei': good, 'imei2': good},
                {'imei': good, 'imei2': sandbox.imei(2)}, {'meid': 'A0000012345678'},
                {'meid': 'a0000012345678'}, {'meid': '268435456003430008'},
                {'meid': 'A000001234567'},
                {'meid': '999999999999999999'}, {'meid': 'G0000012345678'},
                {'meid': 'A0000012345678', 'meid2': 'A0000012345678'}, {},
                {'serialNumber': 'S1'}, {'serialNumber': 'S1', 'manufacturer': 'Google'},
                {'serialNumber': 'S1', 'manufacturer': 'Google', 'model': 'Tab'},
                {'serialNumber': 's1', 'manufacturer': 'google', 'model': 'tab'},
                {'serialNumber': 'x' * 65, 'manufacturer': 'Google', 'model': 'Tab'},
                {'serialNumber': 'a\tb', 'manufacturer': 'Google', 'model': 'Tab'},
                {'deviceType': 'DEVICE_TYPE_CHROME_OS', 'serialNumber': 'C1', 'model': 'Book'},
                {'deviceType': 'DEVICE_TYPE_CHROME_OS', 'serialNumber': 'C1', 'model': 'Book',
                 'chromeOsAttestedDeviceId': 'att-1'}, {'manufacturer': 'x' * 300, 'imei': good}]

    def test_1_rights(self):
        """Every method without a token, with forged and expired ones, others' and a wrong scope."""
        stranger = 'customers/' + self.sandbox.ready['resellers'][1]['customerIds'][0]
        for name, method in sorted(METHODS.items()):
            fields = method.input_type.fields_by_name
            request, foreign = {}, {}
            for field, own, other in (
                    ('partner_id', str(self.partner), str(self.sandbox.other_partner)),
                    ('metadata_owner_id', str(self.partner), str(self.sandbox.other_partner))):
                if field in fields:
                    request[camel(field)], foreign[camel(field)] = own, other
            rule = method.GetOptions().Extensions[annotations_pb2.http]
            template = getattr(rule, rule.WhichOneof('pattern') or 'get')
            if not template:
                continue  # only over gRPC
            for field in ('parent', 'name'):
                found = re.search(r'\{(?:configuration\.)?' + field + r'=([^}]*)\}', template)
                if found:
                    own, other = self.customer, stranger
                    if found.group(1).startswith('partners'):
                        own = f'partners/{self.partner}'
                        other = f'partners/{self.sandbox.other_partner}'
                    rest = found.group(1).split('/')[2:]
                    tail = ''.join('/' + ('7' if part == '*' else part) for part in rest)
                    if found.group(1).startswith('operations'):
                        own = other = 'operations'
                        tail = '/apibatchoperation/7' if '/' in found.group(1) else ''
                    place = request, foreign
                    if 'configuration.' + field in template:
                        request['configuration'], foreign['configuration'] = {}, {}
                        place = request['configuration'], foreign['configuration']
                    place[0][field], place[1][field] = own + tail, other + tail
            for token in ('none', 'forged', 'expired', 'unscoped', 'other'):
                self.compare(name, request, token)
            self.compare(name, foreign)
            self.compare(name, request, 'customer')

    def test_2_devices(self):
        serials = (1, 2, 3)
        for serial in serials:
            self.compare('ClaimDevice', self.claim_of(serial))
        self.compare('ClaimDevice', self.of_partner(
            deviceIdentifier={'serialNumber': 'S1', 'manufacturer': 'Google', 'model': 'Tab'},
            sectionType=ZERO_TOUCH, customerId=self.owner))
        for identifier in self.identifiers():
            for limit in ('1', '100'):
                self.compare('FindDevicesByDeviceIdentifier', self.of_partner(
                    deviceIdentifier=identifier, limit=limit))
            self.compare('GetDeviceSimLockState', self.of_partner(deviceIdentifier=identifier))
            self.compare('UnclaimDevice', self.of_partner(deviceIdentifier=identifier,
                                                          sectionType=SIM_LOCK))
        for limit in ('-1', '0', '1', '2', '100', '101'):
            self.compare('FindDevicesByDeviceIdentifier', self.of_partner(
                deviceIdentifier={'imei': sandbox.imei(1)}, limit=limit))
            for section in (ZERO_TOUCH, SIM_LOCK, 'SECTION_TYPE_UNSPECIFIED'):
                self.compare('FindDevicesByOwner', self.of_partner(
                    customerId=[self.owner], limit=limit, sectionType=section))
        for owner in ([], ['1'], [self.owner, '1'], [self.owner] * 2):
            self.compare('FindDevicesByOwner', self.of_partner(
                customerId=owner, limit='10', sectionType=ZERO_TOUCH))
        for tail in ('1', '0', '-1', '9223372036854775807', 'x', '4037820647906988512'):
            self.compare('GetDevice', {'name': f'partners/{self.partner}/devices/{tail}'})
            self.compare('CustomerGetDevice', {'name': f'{self.customer}/devices/{tail}'})

    def test_3_claims_and_unclaims(self):
        for change in ({'sectionType': SIM_LOCK}, {'sectionType': 'SECTION_TYPE_UNSPECIFIED'},
                       {'customerId': '1'}, {'customerId': '0'}, {'configurationId': '7'},
                       {'simlockProfileId': '7'}, {'preProvisioningToken': 't'},
                       {'googleWorkspaceCustomerId': 'C1'}, {'deviceIdentifier': {}},
                       {'deviceMetadata': {'entries': {'colour': 'red'}}},
                       {'deviceMetadata': {'entries': {'ordernumber': 'x' * 1025}}},
                       {'deviceMetadata': {'entries': {'ordernumber': 'A-1'}}}):
            self.compare('ClaimDevice', self.claim_of(1) | change)
        other = [c for c in self.sandbox.ready['resellers'][0]['customerIds'] if c != self.owner][0]
        self.compare('ClaimDevice', self.claim_of(1) | {'customerId': other})
        for target in ({'deviceId': '1'}, {'deviceIdentifier': {'imei': sandbox.imei(99)}}, {}):
            for section in (ZERO_TOUCH, SIM_LOCK, 'SECTION_TYPE_UNSPECIFIED'):
                for vacation in ({}, {'vacationModeDays': 3}, {'vacationModeDays': -1},
                                 {'vacationModeExpireTime': '2001-01-01T00:00:00Z'}):
                    self.compare('UnclaimDevice', self.of_partner(
                        sectionType=section, **target, **vacation))
        # Each transport unclaims its own device, twice.
        for _ in range(2):
            self.compare('UnclaimDevice', self.of_partner(
                deviceIdentifier={'imei': sandbox.imei(2)}, sectionType=ZERO_TOUCH),
                twin=self.of_partner(deviceIdentifier={'imei': sandbox.imei(3)},
                                     sectionType=ZERO_TOUCH))

    def test_4_batches(self):
        items = [{'deviceIdentifier': one, 'sectionType': SIM_LOCK} for one in self.identifiers()]
        results = []
        for method, request in (
                ('UnclaimDevicesAsync', {'unclaims': items}),
                ('ClaimDevicesAsync', {'claims': items}),
                ('UpdateDeviceMetadataInBatch', {'updates': [
                    {'deviceIdentifier': one, 'deviceMetadata': {'entries': {'colour': 'red'}}}
                    for one in self.identifiers()]})):
            self.compare(method, self.of_partner())
            method = METHODS[method]
            names = [answer['name'] for code, answer in (
                self.by_rest(method, self.of_partner(**request), self.tokens['reseller']),
                self.by_grpc(method, self.of_partner(**request), self.tokens['reseller']))]
            for name in names:
                self.await_done(name)
            results.append(self.compare('GetOperation', {'name': names[0]}, twin={'name': names[1]},
                                        same=[names]))
            # Both transports read one operation.
            self.compare('GetOperation', {'name': names[0]})
            for name in ('CancelOperation', 'DeleteOperation', 'DeleteOperation'):
                self.compare(name, {'name': names[0]}, twin={'name': names[1]})
        self.assertEqual(len(items), len(results[0][0][1]['response']['perDeviceStatus']))

    def test_5_lists(self):
        for size in (-1, 0, 1, 2, 100, 101, 100000):
            self.compare('ListCustomers', self.of_partner(pageSize=size))
            self.compare('CustomerListCustomers', {'pageSize': size})
            self.compare('ListVendors', {'parent': f'partners/{self.partner}', 'pageSize': size})
            self.compare('ListDevices', {'parent': self.customer, 'pageSize': str(size)})
            self.compare('ListOperations', {'name': 'operations', 'pageSize': size})
        for token in ('forged', 'AAAA', 'x' * 64):
            self.compare('ListCustomers', self.of_partner(pageToken=token))
            self.compare('CustomerListCustomers', {'pageToken': token})
            self.compare('ListDevices', {'parent': self.customer, 'pageToken': token})
        vendor = self.sandbox.ready['resellers'][0]['vendorIds'][0]
        for one in (vendor, '1', 'x'):
            self.compare('ListVendorCustomers',
                         {'parent': f'partners/{self.partner}/vendors/{one}'})

    def test_6_configurations(self):
        self.compare('ListDpcs', {'parent': self.customer})
        dpc = self.by_rest(METHODS['ListDpcs'], {'parent': self.customer},
                           self.tokens['customer'])[1]['dpcs'][0]['name']
        whole = {'configurationName': 'Kiosks', 'companyName': 'Example',
                 'contactPhone': '+1 555 0100', 'contactEmail': 'it@example.com',
                 'dpcResourcePath': dpc}
        for change in ({'configurationName': ''}, {'companyName': ''}, {'contactPhone': 'x'},
                       {'contactEmail': 'x'}, {'dpcResourcePath': self.customer + '/dpcs/none'},
                       {'dpcExtras': '{"a":'}, {'dpcExtras': '[]'}, {'forcedResetTime': '21601s'},
                       {'companyName': '', 'contactPhone': ''}):
            self.compare('CreateConfiguration',
                         {'parent': self.customer, 'configuration': whole | change})
        made = [answer['name'] for code, answer in (
            call(METHODS['CreateConfiguration'], {'parent': self.customer, 'configuration': whole},
                 self.tokens['customer']) for call in (self.by_rest, self.by_grpc))]
        same = [[name.rsplit('/', 1)[1] for name in made]]
        twins = {'name': made[0]}, {'name': made[1]}
        self.compare('GetConfiguration', twins[0], twin=twins[1], same=same)
        self.compare('ListConfigurations', {'parent': self.customer})
        for mask, change in (('customMessage', {'customMessage': 'Hello'}), ('colour', {}),
                             ('contactEmail', {'contactEmail': 'x'}), ('isDefault', {}),
                             ('forcedResetTime', {'forcedResetTime': '60s'})):
            requests = [{'configuration': {**twin, **change}, 'updateMask': mask} for twin in twins]
            self.compare('UpdateConfiguration', requests[0], twin=requests[1], same=same)
        for _ in range(2):
            self.compare('DeleteConfiguration', twins[0], twin=twins[1])
            self.compare('GetConfiguration', twins[0], twin=twins[1])
        for method in ('RemoveConfiguration', 'CustomerUnclaimDevice', 'ApplyConfiguration'):
            for device in ({'deviceId': '1'}, {'deviceIdentifier': {'imei': 'x'}}, {}):
                request = {'parent': self.customer, 'device': device}
                if method == 'ApplyConfiguration':
                    request['configuration'] = made[0]
                self.compare(method, request)

    def test_7_enough_was_compared(self):
        print(f'{self.compared} round trips compared')
        self.assertGreaterEqual(self.compared, FEWEST)


if __name__ == '__main__':
    del sys.argv[1:]
    unittest.main()
