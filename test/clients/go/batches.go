// SPDX-License-Identifier: Apache-2.0
package main

import (
	"encoding/json"
	"fmt"
	"time"

	zerotouch "google.golang.org/api/androiddeviceprovisioning/v1"
)

const (
	batchSize = 5000
	success   = "SINGLE_DEVICE_STATUS_SUCCESS"
	// limits::kUnfinishedOperationsPerPartner
	mostUnfinished = 100
	// Number of items that a slow sandbox does not finish while the tests run.
	long = 100
)

// finish polls an operation until it is done and checks that its results are
// `want`, in order.
func finish(partner *zerotouch.Service, operation *zerotouch.Operation, err error,
	count int, want func(item int) string) error {
	if err != nil {
		return err
	}
	for !operation.Done {
		time.Sleep(50 * time.Millisecond)
		if operation, err = partner.Operations.Get(operation.Name).Do(); err != nil {
			return err
		}
	}
	var response zerotouch.DevicesLongRunningOperationResponse
	if err := json.Unmarshal(operation.Response, &response); err != nil {
		return err
	}
	if len(response.PerDeviceStatus) != count {
		return fmt.Errorf("%d results", len(response.PerDeviceStatus))
	}
	for item, device := range response.PerDeviceStatus {
		if device.Result.Status != want(item) {
			return fmt.Errorf("item %d: %+v", item, device.Result)
		}
		if device.Unclaim != nil && device.Unclaim.DeviceIdentifier.Imei != imei(1000+item) {
			return fmt.Errorf("item %d is %s", item, device.Unclaim.DeviceIdentifier.Imei)
		}
	}
	return nil
}

func batches(partner *zerotouch.Service, own reseller) {
	devices := partner.Partners.Devices
	partnerID := id(own.PartnerID)
	all := func(int) string { return success }
	// Every tenth device is not claimed.
	isKnown := func(item int) bool { return item%10 != 9 }

	var claims zerotouch.ClaimDevicesRequest
	var unclaims zerotouch.UnclaimDevicesRequest
	var updates zerotouch.UpdateDeviceMetadataInBatchRequest
	for item := 0; item < batchSize; item++ {
		device := &zerotouch.DeviceIdentifier{Imei: imei(1000 + item)}
		unclaims.Unclaims = append(unclaims.Unclaims,
			&zerotouch.PartnerUnclaim{DeviceIdentifier: device, SectionType: zeroTouch})
		if !isKnown(item) {
			continue
		}
		claims.Claims = append(claims.Claims, &zerotouch.PartnerClaim{DeviceIdentifier: device,
			CustomerId: id(own.CustomerIDs[item%2]), SectionType: zeroTouch})
		updates.Updates = append(updates.Updates, &zerotouch.UpdateMetadataArguments{
			DeviceIdentifier: device,
			DeviceMetadata:   &zerotouch.DeviceMetadata{Entries: map[string]string{"ordernumber": "7"}}})
	}

	answers("partners.devices.claimAsync", func() error {
		operation, err := devices.ClaimAsync(partnerID, &claims).Do()
		return finish(partner, operation, err, len(claims.Claims), all)
	})
	refuses("partners.devices.claimAsync", 400, "INVALID_PARAMETER", func() error {
		_, err := devices.ClaimAsync(partnerID, &zerotouch.ClaimDevicesRequest{}).Do()
		return err
	})
	answers("partners.devices.updateMetadataAsync", func() error {
		operation, err := devices.UpdateMetadataAsync(partnerID, &updates).Do()
		return finish(partner, operation, err, len(updates.Updates), all)
	})
	refuses("partners.devices.updateMetadataAsync", 400, "INVALID_PARAMETER", func() error {
		_, err := devices.UpdateMetadataAsync(partnerID,
			&zerotouch.UpdateDeviceMetadataInBatchRequest{}).Do()
		return err
	})

	var operation *zerotouch.Operation
	answers("partners.devices.unclaimAsync", func() (err error) {
		operation, err = devices.UnclaimAsync(partnerID, &unclaims).Do()
		return finish(partner, operation, err, batchSize, func(item int) string {
			if isKnown(item) {
				return success
			}
			return "SINGLE_DEVICE_STATUS_INVALID_DEVICE_IDENTIFIER"
		})
	})
	refuses("partners.devices.unclaimAsync", 400, "INVALID_PARAMETER", func() error {
		_, err := devices.UnclaimAsync(partnerID, &zerotouch.UnclaimDevicesRequest{}).Do()
		return err
	})
	answers("operations.get", func() error {
		got, err := partner.Operations.Get(operation.Name).Do()
		if err != nil {
			return err
		}
		var metadata zerotouch.DevicesLongRunningOperationMetadata
		if err := json.Unmarshal(got.Metadata, &metadata); err != nil {
			return err
		}
		return expect(got.Done && metadata.DevicesCount == batchSize && metadata.Progress == 100 &&
			metadata.ProcessingStatus == "BATCH_PROCESS_PROCESSED", "metadata %+v", metadata)
	})
	refuses("operations.get", 404, "INVALID_OPERATION_ID", func() error {
		_, err := partner.Operations.Get("operations/apibatchoperation/1").Do()
		return err
	})
}

// tooManyOperations fills the partner's queue on a slow sandbox. This client never
// retries, and does not expose the header of an error.
func tooManyOperations(partner *zerotouch.Service, own reseller) {
	unclaim := &zerotouch.PartnerUnclaim{SectionType: zeroTouch,
		DeviceIdentifier: &zerotouch.DeviceIdentifier{Imei: imei(1)}}
	var batch zerotouch.UnclaimDevicesRequest
	for item := 0; item < long; item++ {
		batch.Unclaims = append(batch.Unclaims, unclaim)
	}
	call := func() error {
		_, err := partner.Partners.Devices.UnclaimAsync(id(own.PartnerID), &batch).Do()
		return err
	}
	for accepted := 0; accepted < mostUnfinished; accepted++ {
		answers("partners.devices.unclaimAsync", call)
	}
	refuses("partners.devices.unclaimAsync", 429, "RESOURCE_EXHAUSTED", call)
	refuses("partners.devices.unclaimAsync", 429, "retryDelay", call)
}
