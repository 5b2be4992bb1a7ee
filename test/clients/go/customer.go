// SPDX-License-Identifier: Apache-2.0
package main

import (
	"context"

	zerotouch "google.golang.org/api/androiddeviceprovisioning/v1"
)

// customerSide calls the methods of a customer, on a device that the reseller
// claims for it.
func customerSide(partner, customer *zerotouch.Service, own reseller) {
	parent := "customers/" + own.CustomerIDs[0]
	stranger := "customers/" + own.CustomerIDs[1]

	answers("customers.list", func() error {
		var names []string
		err := customer.Customers.List().PageSize(1).Pages(context.Background(),
			func(page *zerotouch.CustomerListCustomersResponse) error {
				for _, company := range page.Customers {
					names = append(names, company.Name)
				}
				return nil
			})
		if err != nil {
			return err
		}
		return expect(len(names) == 1 && names[0] == parent, "customers %v", names)
	})
	refuses("customers.list", 400, "INVALID_PAGE_TOKEN", func() error {
		_, err := customer.Customers.List().PageSize(1).PageToken("forged").Do()
		return err
	})

	var dpc string
	answers("customers.dpcs.list", func() error {
		list, err := customer.Customers.Dpcs.List(parent).Do()
		if err != nil {
			return err
		}
		if len(list.Dpcs) < 2 {
			return expect(false, "%d DPCs", len(list.Dpcs))
		}
		dpc = list.Dpcs[0].Name
		return nil
	})
	refuses("customers.dpcs.list", 403, "PERMISSION_DENIED", func() error {
		_, err := customer.Customers.Dpcs.List(stranger).Do()
		return err
	})

	configuration := configurations(customer, parent, stranger, dpc)
	if configuration != "" {
		devicesOfCustomer(partner, customer, own, configuration)
		answers("customers.configurations.delete", func() error {
			_, err := customer.Customers.Configurations.Delete(configuration).Do()
			return err
		})
	}
}

// configurations returns the name of the configuration that it leaves; empty after a
// failure.
func configurations(customer *zerotouch.Service, parent, stranger, dpc string) string {
	configurations := customer.Customers.Configurations
	wanted := zerotouch.Configuration{ConfigurationName: "Go", CompanyName: "Example",
		ContactEmail: "it@example.com", ContactPhone: "+1 555 0100", DpcResourcePath: dpc,
		DpcExtras: `{"a":"<b>"}`}

	var made *zerotouch.Configuration
	answers("customers.configurations.create", func() (err error) {
		made, err = configurations.Create(parent, &wanted).Do()
		if err != nil {
			return err
		}
		return expect(made.DpcExtras == wanted.DpcExtras && made.ConfigurationId != 0, "made %+v", made)
	})
	if made == nil {
		return ""
	}
	refuses("customers.configurations.create", 400, "INVALID_PARAMETER", func() error {
		_, err := configurations.Create(parent, &zerotouch.Configuration{ConfigurationName: "x"}).Do()
		return err
	})
	answers("customers.configurations.get", func() error {
		got, err := configurations.Get(made.Name).Do()
		if err != nil {
			return err
		}
		return expect(got.ContactPhone == wanted.ContactPhone, "got %+v", got)
	})
	refuses("customers.configurations.get", 404, "NOT_FOUND", func() error {
		_, err := configurations.Get(parent + "/configurations/1").Do()
		return err
	})
	answers("customers.configurations.list", func() error {
		list, err := configurations.List(parent).Do()
		if err != nil {
			return err
		}
		return expect(len(list.Configurations) == 1, "%d configurations", len(list.Configurations))
	})
	refuses("customers.configurations.list", 403, "PERMISSION_DENIED", func() error {
		_, err := configurations.List(stranger).Do()
		return err
	})
	answers("customers.configurations.patch", func() error {
		patched, err := configurations.Patch(made.Name,
			&zerotouch.Configuration{CustomMessage: "Hello", ConfigurationName: "not in the mask"}).
			UpdateMask("customMessage").Do()
		if err != nil {
			return err
		}
		return expect(patched.CustomMessage == "Hello" && patched.ConfigurationName == "Go",
			"patched %+v", patched)
	})
	refuses("customers.configurations.patch", 400, "INVALID_ARGUMENT", func() error {
		_, err := configurations.Patch(made.Name, &zerotouch.Configuration{}).UpdateMask("colour").Do()
		return err
	})
	refuses("customers.configurations.delete", 404, "NOT_FOUND", func() error {
		_, err := configurations.Delete(parent + "/configurations/1").Do()
		return err
	})
	return made.Name
}

func devicesOfCustomer(partner, customer *zerotouch.Service, own reseller, configuration string) {
	parent := "customers/" + own.CustomerIDs[0]
	devices := customer.Customers.Devices
	claimed, err := partner.Partners.Devices.Claim(id(own.PartnerID), &zerotouch.ClaimDeviceRequest{
		DeviceIdentifier: &zerotouch.DeviceIdentifier{Imei: imei(2)},
		CustomerId:       id(own.CustomerIDs[0]), SectionType: zeroTouch}).Do()
	if err != nil {
		fail("a claim for the customer", err)
		return
	}
	reference := &zerotouch.DeviceReference{DeviceId: claimed.DeviceId}
	unknown := &zerotouch.DeviceReference{DeviceId: 1}

	var name string
	answers("customers.devices.list", func() error {
		found := 0
		err := devices.List(parent).PageSize(100).Pages(context.Background(),
			func(page *zerotouch.CustomerListDevicesResponse) error {
				for _, device := range page.Devices {
					name = device.Name
					found++
				}
				return nil
			})
		if err != nil {
			return err
		}
		return expect(found == 1, "%d devices", found)
	})
	refuses("customers.devices.list", 400, "INVALID_PAGE_TOKEN", func() error {
		_, err := devices.List(parent).PageToken("forged").Do()
		return err
	})
	apply := func(reference *zerotouch.DeviceReference) error {
		_, err := devices.ApplyConfiguration(parent, &zerotouch.CustomerApplyConfigurationRequest{
			Device: reference, Configuration: configuration}).Do()
		return err
	}
	answers("customers.devices.applyConfiguration", func() error { return apply(reference) })
	refuses("customers.devices.applyConfiguration", 404, "INVALID_DEVICE_ID",
		func() error { return apply(unknown) })
	answers("customers.devices.get", func() error {
		got, err := devices.Get(name).Do()
		if err != nil {
			return err
		}
		return expect(got.Configuration == configuration, "got %+v", got)
	})
	refuses("customers.devices.get", 404, "INVALID_DEVICE_ID", func() error {
		_, err := devices.Get(parent + "/devices/1").Do()
		return err
	})
	remove := func(reference *zerotouch.DeviceReference) error {
		_, err := devices.RemoveConfiguration(parent,
			&zerotouch.CustomerRemoveConfigurationRequest{Device: reference}).Do()
		return err
	}
	answers("customers.devices.removeConfiguration", func() error { return remove(reference) })
	refuses("customers.devices.removeConfiguration", 404, "INVALID_DEVICE_ID",
		func() error { return remove(unknown) })
	unclaim := func(reference *zerotouch.DeviceReference) error {
		_, err := devices.Unclaim(parent, &zerotouch.CustomerUnclaimDeviceRequest{Device: reference}).Do()
		return err
	}
	answers("customers.devices.unclaim", func() error { return unclaim(reference) })
	refuses("customers.devices.unclaim", 404, "INVALID_DEVICE_ID", func() error { return unclaim(unknown) })
}
