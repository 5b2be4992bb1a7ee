// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"
	"fmt"

	zerotouch "google.golang.org/api/androiddeviceprovisioning/v1"
)

func customersOfPartner(partner *zerotouch.Service, own, other reseller) {
	customers := partner.Partners.Customers
	parent := "partners/" + own.PartnerID

	var created *zerotouch.Company
	answers("partners.customers.create", func() (err error) {
		created, err = customers.Create(parent, &zerotouch.CreateCustomerRequest{
			Customer: &zerotouch.Company{CompanyName: "Müller & <Söhne>",
				OwnerEmails: []string{"owner@example.com"}}}).Do()
		if err != nil {
			return err
		}
		return expect(created.CompanyName == "Müller & <Söhne>" && created.CompanyId != 0,
			"created %+v", created)
	})
	refuses("partners.customers.create", 400, "INVALID_PARAMETER", func() error {
		_, err := customers.Create(parent, &zerotouch.CreateCustomerRequest{
			Customer: &zerotouch.Company{CompanyName: "No Owner"}}).Do()
		return err
	})

	answers("partners.customers.list", func() error {
		var found, pages int
		err := customers.List(id(own.PartnerID)).PageSize(1).Pages(context.Background(),
			func(page *zerotouch.ListCustomersResponse) error {
				pages++
				for _, customer := range page.Customers {
					if customer.CompanyId == created.CompanyId {
						found++
					}
				}
				return nil
			})
		if err != nil {
			return err
		}
		return expect(found == 1 && pages >= 3, "found %d times on %d pages", found, pages)
	})
	refuses("partners.customers.list", 400, "INVALID_PAGE_TOKEN", func() error {
		_, err := customers.List(id(own.PartnerID)).PageToken("forged").Do()
		return err
	})

	answers("partners.vendors.list", func() error {
		found := 0
		err := partner.Partners.Vendors.List(parent).PageSize(1).Pages(context.Background(),
			func(page *zerotouch.ListVendorsResponse) error {
				found += len(page.Vendors)
				return nil
			})
		if err != nil {
			return err
		}
		return expect(found == len(own.VendorIDs), "%d vendors", found)
	})
	refuses("partners.vendors.list", 403, "PERMISSION_DENIED", func() error {
		_, err := partner.Partners.Vendors.List("partners/" + other.PartnerID).Do()
		return err
	})

	vendor := parent + "/vendors/" + own.VendorIDs[0]
	answers("partners.vendors.customers.list", func() error {
		return partner.Partners.Vendors.Customers.List(vendor).Pages(context.Background(),
			func(*zerotouch.ListVendorCustomersResponse) error { return nil })
	})
	refuses("partners.vendors.customers.list", 404, "NOT_FOUND", func() error {
		_, err := partner.Partners.Vendors.Customers.List(parent + "/vendors/1").Do()
		return err
	})
}

func devicesOfPartner(partner *zerotouch.Service, own reseller) {
	devices := partner.Partners.Devices
	partnerID := id(own.PartnerID)
	device := &zerotouch.DeviceIdentifier{Imei: imei(1)}
	ctx := context.Background()

	var claimed *zerotouch.ClaimDeviceResponse
	answers("partners.devices.claim", func() (err error) {
		claimed, err = devices.Claim(partnerID, &zerotouch.ClaimDeviceRequest{
			DeviceIdentifier: device, CustomerId: id(own.CustomerIDs[0]),
			SectionType: zeroTouch}).Do()
		if err != nil {
			return err
		}
		return expect(claimed.DeviceName == fmt.Sprintf("partners/%d/devices/%d", partnerID,
			claimed.DeviceId), "claimed %+v", claimed)
	})
	if claimed == nil {
		return
	}
	refuses("partners.devices.claim", 400, "INVALID_IMEI", func() error {
		_, err := devices.Claim(partnerID, &zerotouch.ClaimDeviceRequest{
			DeviceIdentifier: &zerotouch.DeviceIdentifier{Imei: "490154203237519"},
			CustomerId:       id(own.CustomerIDs[0]), SectionType: zeroTouch}).Do()
		return err
	})

	answers("partners.devices.get", func() error {
		got, err := devices.Get(claimed.DeviceName).Do()
		if err != nil {
			return err
		}
		return expect(got.DeviceIdentifier.Imei == device.Imei && len(got.Claims) == 1, "got %+v", got)
	})
	refuses("partners.devices.get", 404, "INVALID_DEVICE_ID", func() error {
		_, err := devices.Get("partners/" + own.PartnerID + "/devices/1").Do()
		return err
	})

	answers("partners.devices.findByIdentifier", func() error {
		found := 0
		err := devices.FindByIdentifier(partnerID, &zerotouch.FindDevicesByDeviceIdentifierRequest{
			DeviceIdentifier: device, Limit: 1}).Pages(ctx,
			func(page *zerotouch.FindDevicesByDeviceIdentifierResponse) error {
				found += len(page.Devices)
				return nil
			})
		if err != nil {
			return err
		}
		return expect(found == 1, "found %d", found)
	})
	refuses("partners.devices.findByIdentifier", 400, "INVALID_PARAMETER", func() error {
		_, err := devices.FindByIdentifier(partnerID,
			&zerotouch.FindDevicesByDeviceIdentifierRequest{DeviceIdentifier: device}).Do()
		return err
	})

	answers("partners.devices.findByOwner", func() error {
		found := 0
		err := devices.FindByOwner(partnerID, &zerotouch.FindDevicesByOwnerRequest{
			CustomerId: []int64{id(own.CustomerIDs[0])}, Limit: 100, SectionType: zeroTouch}).Pages(ctx,
			func(page *zerotouch.FindDevicesByOwnerResponse) error {
				found += len(page.Devices)
				return nil
			})
		if err != nil {
			return err
		}
		return expect(found == 1, "found %d", found)
	})
	refuses("partners.devices.findByOwner", 400, "INVALID_SECTION_TYPE", func() error {
		_, err := devices.FindByOwner(partnerID, &zerotouch.FindDevicesByOwnerRequest{
			CustomerId: []int64{id(own.CustomerIDs[0])}, Limit: 100}).Do()
		return err
	})

	set := func(key string) (*zerotouch.DeviceMetadata, error) {
		return devices.Metadata(partnerID, claimed.DeviceId, &zerotouch.UpdateDeviceMetadataRequest{
			DeviceMetadata: &zerotouch.DeviceMetadata{Entries: map[string]string{key: "A-1"}}}).Do()
	}
	answers("partners.devices.metadata", func() error {
		metadata, err := set("ordernumber")
		if err != nil {
			return err
		}
		return expect(metadata.Entries["ordernumber"] == "A-1", "metadata %+v", metadata)
	})
	refuses("partners.devices.metadata", 400, "INVALID_PARAMETER", func() error {
		_, err := set("colour")
		return err
	})

	unclaim := func() error {
		_, err := devices.Unclaim(partnerID, &zerotouch.UnclaimDeviceRequest{
			DeviceIdentifier: device, SectionType: zeroTouch}).Do()
		return err
	}
	answers("partners.devices.unclaim", unclaim)
	refuses("partners.devices.unclaim", 400, "INVALID_OPERATION", unclaim)
}
