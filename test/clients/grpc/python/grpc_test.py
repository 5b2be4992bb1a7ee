#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Tests the API over gRPC with Debian's grpcio: grpc_test.py ZEROTOUCHD PROTOS GOOGLEAPIS."""

import sys
import tempfile
import threading
import time
import unittest

import grpc

import sandbox

PROGRAM, PROTOS, GOOGLEAPIS = sys.argv[1:4]
GENERATED = tempfile.TemporaryDirectory()
sandbox.generate(PROTOS, GOOGLEAPIS, GENERATED.name)

# pylint: disable=wrong-import-position
from google.android.device.provisioning.v1 import companies_pb2, devices_pb2, errors_pb2
from google.longrunning import operations_pb2
from google.protobuf import descriptor_pb2, descriptor_pool, empty_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc.health.v1 import health_pb2
from grpc.reflection.v1 import reflection_pb2

PARTNER = '/google.android.device.provisioning.v1.PartnerService/'
OPERATIONS = '/google.longrunning.Operations/'
# limits::kUnfinishedOperationsPerPartner
MOST_UNFINISHED = 100
ZERO_TOUCH = devices_pb2.SECTION_TYPE_ZERO_TOUCH


def setUpModule():
    global SANDBOX  # pylint: disable=global-statement
    SANDBOX = sandbox.Sandbox(PROGRAM)


def tearDownModule():
    code = SANDBOX.stop()
    assert code == 0, f'exit code {code}'


def call(path, request, answer_type, metadata=None, **options):
    method = SANDBOX.channel.unary_unary(
        path, request_serializer=type(request).SerializeToString,
        response_deserializer=answer_type.FromString)
    return method(request, metadata=SANDBOX.metadata if metadata is None else metadata,
                  timeout=options.pop('timeout', 60), **options)


def claim(serial):
    return call(PARTNER + 'ClaimDevice', devices_pb2.ClaimDeviceRequest(
        partner_id=SANDBOX.partner, customer_id=SANDBOX.customer, section_type=ZERO_TOUCH,
        device_identifier=devices_pb2.DeviceIdentifier(imei=sandbox.imei(serial))),
        devices_pb2.ClaimDeviceResponse).device_id


def claims(first, count):
    request = devices_pb2.ClaimDevicesRequest(partner_id=SANDBOX.partner)
    for serial in range(first, first + count):
        item = request.claims.add()
        item.section_type = ZERO_TOUCH
        item.customer_id = SANDBOX.customer
        item.device_identifier.imei = sandbox.imei(serial)
    return request


def unclaims(first, count):
    request = devices_pb2.UnclaimDevicesRequest(partner_id=SANDBOX.partner)
    for serial in range(first, first + count):
        item = request.unclaims.add()
        item.section_type = ZERO_TOUCH
        item.device_identifier.imei = sandbox.imei(serial)
    return request


def run_batch(method, request, **options):
    """Returns the response of the finished operation."""
    operation = call(PARTNER + method, request, operations_pb2.Operation, **options)
    assert operation.name.startswith('operations/apibatchoperation/') and not operation.done
    deadline = time.monotonic() + 120
    while not operation.done:
        assert time.monotonic() < deadline, operation
        operation = call(OPERATIONS + 'WaitOperation', operations_pb2.WaitOperationRequest(
            name=operation.name), operations_pb2.Operation)
    result = devices_pb2.DevicesLongRunningOperationResponse()
    assert operation.response.Unpack(result)
    return result


class GrpcTest(unittest.TestCase):

    def assert_error(self, code, path, request, **options):
        """Fails a call and returns the details, whose Status equals the trailers."""
        with self.assertRaises(grpc.RpcError) as caught:
            call(path, request, empty_pb2.Empty, **options)
        error = caught.exception
        self.assertEqual(error.code(), code, error.details())
        details = {}
        for key, value in error.trailing_metadata():
            if key != 'grpc-status-details-bin':
                continue
            status = status_pb2.Status.FromString(value)
            self.assertEqual(status.code, code.value[0])
            self.assertEqual(status.message, error.details())
            details = {detail.TypeName().rsplit('.', 1)[1]: detail for detail in status.details}
        return error, details

    def test_unary_calls_do_what_they_say(self):
        device_id = claim(1)
        name = f'partners/{SANDBOX.partner}/devices/{device_id}'
        device = call(PARTNER + 'GetDevice', devices_pb2.GetDeviceRequest(name=name),
                      devices_pb2.Device)
        self.assertEqual(device.device_identifier.imei, sandbox.imei(1))
        self.assertEqual(len(device.claims), 1)
        call(PARTNER + 'UnclaimDevice', devices_pb2.UnclaimDeviceRequest(
            partner_id=SANDBOX.partner, device_id=device_id, section_type=ZERO_TOUCH),
            empty_pb2.Empty)
        device = call(PARTNER + 'GetDevice', devices_pb2.GetDeviceRequest(name=name),
                      devices_pb2.Device)
        self.assertEqual(len(device.claims), 0)

    def test_errors_carry_their_details(self):
        unclaim = devices_pb2.UnclaimDeviceRequest(
            partner_id=SANDBOX.partner, device_id=12345, section_type=ZERO_TOUCH)
        path = PARTNER + 'UnclaimDevice'
        _, details = self.assert_error(grpc.StatusCode.NOT_FOUND, path, unclaim)
        custom = errors_pb2.CustomError()
        self.assertTrue(details['CustomError'].Unpack(custom))
        self.assertEqual(custom.code, errors_pb2.INVALID_DEVICE_ID)

        _, details = self.assert_error(
            grpc.StatusCode.INVALID_ARGUMENT, path,
            devices_pb2.UnclaimDeviceRequest(partner_id=SANDBOX.partner, device_id=1))
        self.assertIn('CustomError', details)

        _, details = self.assert_error(
            grpc.StatusCode.INVALID_ARGUMENT, PARTNER + 'UnclaimDevicesAsync',
            devices_pb2.UnclaimDevicesRequest(partner_id=SANDBOX.partner))
        violations = error_details_pb2.BadRequest()
        self.assertTrue(details['BadRequest'].Unpack(violations))
        self.assertEqual(violations.field_violations[0].field, 'unclaims')

        unclaim.partner_id = SANDBOX.other_partner
        _, details = self.assert_error(grpc.StatusCode.PERMISSION_DENIED, path, unclaim)
        self.assertIn('CustomError', details)

    def test_credentials_are_asked_for(self):
        path = PARTNER + 'UnclaimDevice'
        request = devices_pb2.UnclaimDeviceRequest(partner_id=SANDBOX.partner)
        for metadata in ([], [('authorization', 'Bearer nonsense')],
                         [('authorization', 'Basic x')]):
            self.assert_error(grpc.StatusCode.UNAUTHENTICATED, path, request, metadata=metadata)
        # Also if the request is too long to be read first.
        self.assert_error(grpc.StatusCode.UNAUTHENTICATED, PARTNER + 'UnclaimDevicesAsync',
                          unclaims(0, 50_000), metadata=[])

    def test_unknown_methods_are_unimplemented(self):
        for path in (PARTNER + 'Nothing', '/no.such.Service/Method', '/'):
            self.assert_error(grpc.StatusCode.UNIMPLEMENTED, path, empty_pb2.Empty())

    def test_message_of_another_type_is_refused(self):
        method = SANDBOX.channel.unary_unary(PARTNER + 'UnclaimDevice')
        with self.assertRaises(grpc.RpcError) as caught:
            method(b'\xff\xff\xff', metadata=SANDBOX.metadata, timeout=60)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)

    def test_5000_unclaims_with_failing_items(self):
        run_batch('ClaimDevicesAsync', claims(10_000, 5_000))
        request = unclaims(10_000, 5_000)
        for index in range(0, 5_000, 100):
            request.unclaims[index].device_identifier.imei = '1'
        result = run_batch('UnclaimDevicesAsync', request)
        self.assertEqual(result.success_count, 4_950)
        self.assertEqual(len(result.per_device_status), 5_000)
        for index, status in enumerate(result.per_device_status):
            failed = index % 100 == 0
            self.assertEqual(status.result.status,
                             devices_pb2.SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER
                             if failed else devices_pb2.SINGLE_DEVICE_STATUS_SUCCESS)
            self.assertEqual(status.unclaim, request.unclaims[index])

    def test_100000_items_both_ways(self):
        result = run_batch('ClaimDevicesAsync', claims(100_000, 100_000))
        self.assertEqual(result.success_count, 100_000)
        self.assertGreater(result.ByteSize(), 4 << 20)
        request = unclaims(100_000, 100_000)
        result = run_batch('UnclaimDevicesAsync', request, compression=grpc.Compression.Gzip)
        self.assertEqual(result.success_count, 100_000)
        self.assertEqual(result.per_device_status[99_999].unclaim, request.unclaims[99_999])

    def test_more_than_100000_items_are_refused(self):
        _, details = self.assert_error(grpc.StatusCode.INVALID_ARGUMENT,
                                       PARTNER + 'UnclaimDevicesAsync', unclaims(0, 100_001))
        self.assertIn('CustomError', details)

    def test_gzip_is_read(self):
        request = unclaims(0, 1_000)
        result = run_batch('UnclaimDevicesAsync', request, compression=grpc.Compression.Gzip)
        self.assertEqual(len(result.per_device_status), 1_000)

    def test_deflate_is_unimplemented(self):
        self.assert_error(grpc.StatusCode.UNIMPLEMENTED, PARTNER + 'UnclaimDevicesAsync',
                          unclaims(0, 1_000), compression=grpc.Compression.Deflate)

    def test_health_is_serving(self):
        answer = call('/grpc.health.v1.Health/Check', health_pb2.HealthCheckRequest(),
                      health_pb2.HealthCheckResponse, metadata=[])
        self.assertEqual(answer.status, health_pb2.HealthCheckResponse.SERVING)
        answer = call('/grpc.health.v1.Health/Check', health_pb2.HealthCheckRequest(
            service='google.android.device.provisioning.v1.PartnerService'),
            health_pb2.HealthCheckResponse, metadata=[])
        self.assertEqual(answer.status, health_pb2.HealthCheckResponse.SERVING)
        self.assert_error(grpc.StatusCode.NOT_FOUND, '/grpc.health.v1.Health/Check',
                          health_pb2.HealthCheckRequest(service='no.such.Service'), metadata=[])

    def test_health_can_be_watched(self):
        watch = SANDBOX.channel.unary_stream(
            '/grpc.health.v1.Health/Watch',
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString)
        answers = watch(health_pb2.HealthCheckRequest(), timeout=60)
        self.assertEqual(next(answers).status, health_pb2.HealthCheckResponse.SERVING)
        answers.cancel()
        answers = watch(health_pb2.HealthCheckRequest(service='no.such.Service'), timeout=60)
        self.assertEqual(next(answers).status, health_pb2.HealthCheckResponse.SERVICE_UNKNOWN)
        answers.cancel()

    def reflect(self, package, requests):
        method = SANDBOX.channel.stream_stream(
            f'/grpc.reflection.{package}.ServerReflection/ServerReflectionInfo',
            request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
            response_deserializer=reflection_pb2.ServerReflectionResponse.FromString)
        answered = threading.Semaphore(0)

        def ask():
            for request in requests:
                yield request
                answered.acquire()  # as tools do: wait for each answer before the next question

        answers = []
        for answer in method(ask(), timeout=60):
            answers.append(answer)
            answered.release()
        return answers

    def test_reflection_lists_and_describes(self):
        request = reflection_pb2.ServerReflectionRequest
        for package in ('v1', 'v1alpha'):
            answers = self.reflect(package, [
                request(list_services=''),
                request(file_containing_symbol=
                        'google.android.device.provisioning.v1.PartnerService.UnclaimDevicesAsync'),
                request(file_by_filename='google/longrunning/operations.proto'),
                request(file_containing_extension=reflection_pb2.ExtensionRequest(
                    containing_type='google.protobuf.MethodOptions', extension_number=72295728)),
                request(all_extension_numbers_of_type='google.protobuf.MethodOptions'),
                request(file_containing_symbol='no.such.Symbol'),
            ])
            self.assertEqual(len(answers), 6)
            names = {service.name for service in answers[0].list_services_response.service}
            self.assertIn('google.android.device.provisioning.v1.PartnerService', names)
            self.assertIn('google.longrunning.Operations', names)
            self.assertIn('grpc.health.v1.Health', names)
            self.assertIn(f'grpc.reflection.{package}.ServerReflection', names)
            # Everything can be built from the files.
            pool = descriptor_pool.DescriptorPool()
            for file in reversed(answers[1].file_descriptor_response.file_descriptor_proto):
                pool.Add(descriptor_pb2.FileDescriptorProto.FromString(file))
            service = pool.FindServiceByName('google.android.device.provisioning.v1.PartnerService')
            self.assertEqual(service.methods_by_name['UnclaimDevicesAsync'].output_type.full_name,
                             'google.longrunning.Operation')
            self.assertTrue(answers[2].HasField('file_descriptor_response'))
            self.assertTrue(answers[3].HasField('file_descriptor_response'))
            self.assertIn(72295728, answers[4].all_extension_numbers_response.extension_number)
            self.assertEqual(answers[5].error_response.error_code, 5)
            self.assertEqual(answers[5].original_request.file_containing_symbol, 'no.such.Symbol')

    def test_many_calls_side_by_side(self):
        method = SANDBOX.channel.unary_unary(
            '/grpc.health.v1.Health/Check',
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString)
        futures = [method.future(health_pb2.HealthCheckRequest(), timeout=60) for _ in range(500)]
        for future in futures:
            self.assertEqual(future.result().status, health_pb2.HealthCheckResponse.SERVING)


class SlowGrpcTest(unittest.TestCase):
    """Tests on a sandbox with slow operations."""

    def setUp(self):
        self.sandbox = sandbox.Sandbox(PROGRAM, '--operation-items-per-second', '1')
        self.wait = self.sandbox.channel.unary_unary(
            OPERATIONS + 'WaitOperation',
            request_serializer=operations_pb2.WaitOperationRequest.SerializeToString,
            response_deserializer=operations_pb2.Operation.FromString)
        self.name = self.unclaim().name

    def tearDown(self):
        self.assertEqual(self.sandbox.stop(), 0)

    def unclaim(self):
        request = devices_pb2.UnclaimDevicesRequest(partner_id=self.sandbox.partner)
        for serial in range(1_000):
            request.unclaims.add(section_type=ZERO_TOUCH).device_identifier.imei = sandbox.imei(
                serial)
        return self.sandbox.channel.unary_unary(
            PARTNER + 'UnclaimDevicesAsync',
            request_serializer=devices_pb2.UnclaimDevicesRequest.SerializeToString,
            response_deserializer=operations_pb2.Operation.FromString)(
                request, metadata=self.sandbox.metadata, timeout=60)

    def test_too_many_operations(self):
        for _ in range(MOST_UNFINISHED - 1):  # setUp has started one
            self.assertFalse(self.unclaim().done)
        with self.assertRaises(grpc.RpcError) as caught:
            self.unclaim()
        self.assertEqual(caught.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
        trailers = dict(caught.exception.trailing_metadata())
        status = status_pb2.Status.FromString(trailers['grpc-status-details-bin'])
        wait = error_details_pb2.RetryInfo()
        self.assertTrue(any(detail.Unpack(wait) for detail in status.details))
        self.assertGreater(wait.retry_delay.seconds, 0)

    def test_deadline_and_cancellation(self):
        request = operations_pb2.WaitOperationRequest(name=self.name)
        with self.assertRaises(grpc.RpcError) as caught:
            self.wait(request, metadata=self.sandbox.metadata, timeout=0.3)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)
        future = self.wait.future(request, metadata=self.sandbox.metadata, timeout=60)
        future.cancel()
        self.assertTrue(future.cancelled())
        # The server still works.
        answer = self.sandbox.channel.unary_unary(
            OPERATIONS + 'GetOperation',
            request_serializer=operations_pb2.GetOperationRequest.SerializeToString,
            response_deserializer=operations_pb2.Operation.FromString)(
                operations_pb2.GetOperationRequest(name=self.name),
                metadata=self.sandbox.metadata, timeout=60)
        self.assertFalse(answer.done)

    def test_watchers_are_told_that_the_server_stops(self):
        answers = self.sandbox.channel.unary_stream(
            '/grpc.health.v1.Health/Watch',
            request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
            response_deserializer=health_pb2.HealthCheckResponse.FromString)(
                health_pb2.HealthCheckRequest(), timeout=60)
        self.assertEqual(next(answers).status, health_pb2.HealthCheckResponse.SERVING)
        self.sandbox.terminate()
        self.assertEqual(next(answers).status, health_pb2.HealthCheckResponse.NOT_SERVING)
        with self.assertRaises(grpc.RpcError) as caught:
            next(answers)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAVAILABLE)


class TlsGrpcTest(unittest.TestCase):

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        certificate, key = sandbox.make_certificate(self.folder.name)
        self.sandbox = sandbox.Sandbox(PROGRAM, '--tls-certificate', certificate, '--tls-key', key,
                                       certificate=certificate)

    def tearDown(self):
        self.assertEqual(self.sandbox.stop(), 0)
        self.folder.cleanup()

    def check(self, channel, **options):
        return channel.unary_unary(
            PARTNER + 'ListCustomers',
            request_serializer=companies_pb2.ListPartnerCustomersRequest.SerializeToString,
            response_deserializer=companies_pb2.ListCustomersResponse.FromString)(
                companies_pb2.ListPartnerCustomersRequest(partner_id=self.sandbox.partner),
                timeout=60, **options)

    def test_calls_go_over_a_secure_channel(self):
        token = grpc.access_token_call_credentials(self.sandbox.token)
        for options in ({'metadata': self.sandbox.metadata}, {'credentials': token}):
            answer = self.check(self.sandbox.channel, **options)
            self.assertEqual(answer.customers[0].company_id, self.sandbox.customer)

    def test_plain_text_is_told_to_use_a_secure_channel(self):
        with grpc.insecure_channel(self.sandbox.ready['grpcEndpoint']) as channel:
            with self.assertRaises(grpc.RpcError) as caught:
                self.check(channel)
        self.assertIn('a secure gRPC channel', caught.exception.details())


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
