// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"fmt"
	"time"

	api "google/android/device/provisioning/v1"

	"github.com/golang/protobuf/proto"
	"github.com/golang/protobuf/ptypes"
	"google.golang.org/genproto/googleapis/longrunning"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/status"
)

const (
	batchSize = 5000
	// limits::kUnfinishedOperationsPerPartner
	mostUnfinished = 100
	// Number of items that a slow sandbox does not finish while the tests run.
	long = 100
)

// finish waits until an operation is done, and returns its results.
func (t *test) finish(operation *longrunning.Operation, err error) (
	*api.DevicesLongRunningOperationResponse, error) {
	ctx, cancel := aMinute()
	defer cancel()
	for err == nil && !operation.Done {
		operation, err = t.operations.WaitOperation(ctx,
			&longrunning.WaitOperationRequest{Name: operation.Name})
	}
	if err != nil {
		return nil, err
	}
	results := &api.DevicesLongRunningOperationResponse{}
	return results, ptypes.UnmarshalAny(operation.GetResponse(), results)
}

func (t *test) batches() error {
	claims := &api.ClaimDevicesRequest{PartnerId: t.partnerID()}
	unclaims := &api.UnclaimDevicesRequest{PartnerId: t.partnerID()}
	for item := 0; item < batchSize; item++ {
		device := &api.DeviceIdentifier{Imei: imei(1000 + item)}
		unclaim := &api.PartnerUnclaim{SectionType: zeroTouch,
			Device: &api.PartnerUnclaim_DeviceIdentifier{DeviceIdentifier: device}}
		unclaims.Unclaims = append(unclaims.Unclaims, unclaim)
		if item%10 == 9 { // Not claimed.
			continue
		}
		claims.Claims = append(claims.Claims, &api.PartnerClaim{SectionType: zeroTouch,
			DeviceIdentifier: device, CustomerId: t.customerID()})
	}
	ctx, cancel := aMinute()
	defer cancel()
	claimed, err := t.finish(t.partner.ClaimDevicesAsync(ctx, claims))
	if err != nil {
		return err
	}
	if int(claimed.SuccessCount) != len(claims.Claims) {
		return fmt.Errorf("claimed %d", claimed.SuccessCount)
	}
	unclaimed, err := t.finish(
		t.partner.UnclaimDevicesAsync(ctx, unclaims, grpc.UseCompressor(gzip.Name)))
	if err != nil {
		return err
	}
	if len(unclaimed.PerDeviceStatus) != batchSize {
		return fmt.Errorf("%d results", len(unclaimed.PerDeviceStatus))
	}
	for item, device := range unclaimed.PerDeviceStatus {
		wanted := api.SingleDeviceStatus_SINGLE_DEVICE_STATUS_SUCCESS
		if item%10 == 9 {
			wanted = api.SingleDeviceStatus_SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER
		}
		if device.Result.Status != wanted || !proto.Equal(device.GetUnclaim(), unclaims.Unclaims[item]) {
			return fmt.Errorf("item %d: %v", item, device)
		}
	}
	return nil
}

// longBatch starts a batch of `long` items.
func (t *test) longBatch(ctx context.Context) (*longrunning.Operation, error) {
	unclaim := &api.PartnerUnclaim{SectionType: zeroTouch,
		Device: &api.PartnerUnclaim_DeviceIdentifier{
			DeviceIdentifier: &api.DeviceIdentifier{Imei: imei(1)}}}
	batch := &api.UnclaimDevicesRequest{PartnerId: t.partnerID()}
	for item := 0; item < long; item++ {
		batch.Unclaims = append(batch.Unclaims, unclaim)
	}
	return t.partner.UnclaimDevicesAsync(ctx, batch)
}

func (t *test) endings() error {
	ctx, cancel := aMinute()
	defer cancel()
	operation, err := t.longBatch(ctx)
	if err != nil {
		return err
	}
	wait := func(ctx context.Context) error {
		_, err := t.operations.WaitOperation(ctx,
			&longrunning.WaitOperationRequest{Name: operation.Name})
		return err
	}
	short, cancelShort := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancelShort()
	if err := wait(short); status.Code(err) != codes.DeadlineExceeded {
		return fmt.Errorf("wanted DeadlineExceeded, got %v", err)
	}
	cancelled, cancelNow := context.WithCancel(ctx)
	ended := make(chan error)
	go func() { ended <- wait(cancelled) }()
	cancelNow()
	if err := <-ended; status.Code(err) != codes.Canceled {
		return fmt.Errorf("wanted Canceled, got %v", err)
	}
	// The server still works.
	got, err := t.operations.GetOperation(ctx,
		&longrunning.GetOperationRequest{Name: operation.Name})
	if err == nil && got.Done {
		err = fmt.Errorf("the operation is done")
	}
	return err
}

// tooManyOperations fills the partner's queue on a slow sandbox.
func (t *test) tooManyOperations() error {
	ctx, cancel := aMinute()
	defer cancel()
	var err error
	for accepted := 0; err == nil && accepted < 2*mostUnfinished; accepted++ {
		_, err = t.longBatch(ctx)
	}
	if status.Code(err) != codes.ResourceExhausted {
		return fmt.Errorf("wanted ResourceExhausted, got %v", err)
	}
	for _, detail := range status.Convert(err).Details() {
		if wait, ok := detail.(*errdetails.RetryInfo); ok && wait.RetryDelay.GetSeconds() > 0 {
			return nil
		}
	}
	return fmt.Errorf("no RetryInfo in %v", status.Convert(err).Details())
}
